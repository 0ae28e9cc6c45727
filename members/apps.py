from django.apps import AppConfig

from registers.register import add_related, register_all


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "党员与积分"

    def ready(self) -> None:
        from members import merging, merging_work
        from members.claim_import import jobs  # noqa: F401 -- a job kind declares itself
        from members.panels import doings_of_subject, of_organization, people_of_village
        from members.points import closing, crediting, settings, what_if  # noqa: F401 -- they declare themselves
        from members.points_api.routes import add_routes
        from members.registers import REGISTERS, redemption
        from members.registers.contracts import duties_of_subject, duties_of_village
        from members.registers.points import plug_in

        register_all(*REGISTERS)
        add_related("villages", people_of_village)
        add_related("villages", duties_of_village)
        merging.plug_in()
        merging_work.plug_in()
        add_related("party-organizations", of_organization)
        for slug in ("members", "subjects"):
            add_related(slug, doings_of_subject)
            add_related(slug, redemption.account_of_subject)
            add_related(slug, duties_of_subject)
        plug_in()
        redemption.plug_in()
        add_routes()
