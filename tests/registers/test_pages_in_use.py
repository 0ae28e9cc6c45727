"""What is needed elsewhere is not deleted: the page names what needs it, and offers to end it."""

import pytest

from members.models import PartyOrganization, Post
from registers.register import register_of
from tests.members.samples import SAMPLES
from tests.world import TOWN

pytestmark = pytest.mark.django_db


def test_the_page_names_what_refers_to_a_row_and_offers_to_end_it(world):
    post = SAMPLES["posts"].make(world, TOWN, 1)
    branch = post.organization
    browser = world.client("zhenjie")
    page = browser.post(f"/party-organizations/{branch.pk}/delete/")
    assert page.status_code == 409 and PartyOrganization.objects.unscoped("test").filter(pk=branch.pk).exists()
    told = {part["name"]: part["things"] for part in page.context["parts"]}
    assert [title for title, _ in told[str(Post._meta.verbose_name)]] == [register_of("posts").title_of(post)]
    assert page.context["end_heading"] == "撤销日期"
    ask = browser.post(page.context["end_url"], {"pk": branch.pk})
    assert [field["bound"].name for field in ask.context["fields"]] == ["ended_on"] and ask.context["fields"][0]["on"]
    given = {"chosen": ask.context["chosen"], "on": "ended_on", "ended_on": "2026-11-01", "step": "save"}
    assert browser.post(page.context["end_url"], given).status_code == 302
    assert str(PartyOrganization.objects.unscoped("test").get(pk=branch.pk).ended_on) == "2026-11-01"
