"""Moved to registers/pages/action_face.py."""

from registers.pages.action_face import ActionFace, ActionForm, DayField, LookupField

__all__ = ["ActionFace", "ActionForm", "DayField", "LookupField"]
