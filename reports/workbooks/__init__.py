"""The official workbooks that go upward: content by form, one paper for all."""
