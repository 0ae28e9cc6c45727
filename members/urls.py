"""Addresses of the pages that are more than a register."""

from django.urls import include, path

from members.views import (
    points_bulk,
    points_changes,
    points_claims,
    points_close,
    points_closes,
    points_declare,
    points_entries,
    points_evidence,
    points_exports,
    points_grid,
    points_import,
    points_months,
    points_overdue,
    points_publication,
    points_samples,
    points_scheme_edit,
    points_schemes,
    points_scores,
    points_town_items,
    points_what_if,
)

_claims = [
    path("", points_claims.ClaimList.as_view(), name="list"),
    path("new/", points_declare.DeclareView.as_view(), name="new"),
    path("items/", points_declare.ItemOptions.as_view(), name="items"),
    path("grid/", points_grid.ClaimGrid.as_view(), name="grid"),
    path("import/", points_import.ImportView.as_view(), name="import"),
    path("template.xlsx", points_import.TemplateView.as_view(), name="template"),
    path("export.xlsx", points_exports.ExportClaims.as_view(), name="export"),
    path("advance/", points_bulk.AdvanceMany.as_view(), name="advance"),
    path("reject/", points_bulk.RejectMany.as_view(), name="reject"),
    path("samples/", points_samples.SamplesPage.as_view(), name="samples"),
    path("samples/draw/", points_samples.Draw.as_view(), name="draw"),
    path("samples/file/", points_samples.FileQuarter.as_view(), name="file-quarter"),
    path("samples/<int:pk>/judge/", points_samples.Judge.as_view(), name="judge"),
    path("overdue/", points_overdue.OverduePage.as_view(), name="overdue"),
    path("<int:pk>/", points_claims.ClaimDetail.as_view(), name="detail"),
    path("<int:pk>/advance/", points_claims.AdvanceOne.as_view(), name="advance-one"),
    path("<int:pk>/evidence/", points_evidence.AddEvidence.as_view(), name="evidence"),
    path("evidence/<uuid:pk>/", points_evidence.EvidenceFile.as_view(), name="evidence-file"),
    path("evidence/<uuid:pk>/delete/", points_evidence.DeleteEvidence.as_view(), name="evidence-delete"),
    path("<int:pk>/reject/", points_claims.RejectOne.as_view(), name="reject-one"),
]
_entries = [
    path("", points_entries.EntryList.as_view(), name="list"),
    path("export.xlsx", points_exports.ExportEntries.as_view(), name="export"),
    path("<int:pk>/", points_entries.EntryDetail.as_view(), name="detail"),
    path("<int:pk>/reverse/", points_entries.ReverseEntry.as_view(), name="reverse"),
]
_closes = [
    path("", points_closes.CloseList.as_view(), name="list"),
    path("start/", points_closes.StartClose.as_view(), name="start"),
    path("<int:pk>/", points_close.CloseDetail.as_view(), name="detail"),
    path("<int:pk>/export.xlsx", points_exports.ExportScores.as_view(), name="export"),
    path("<int:pk>/notice/", points_publication.NoticePage.as_view(), name="notice"),
    path("<int:pk>/changes/", points_changes.ChangesPage.as_view(), name="changes"),
    path("<int:pk>/again/", points_closes.TryAgain.as_view(), name="again"),
    path("<int:pk>/publish/", points_closes.Publish.as_view(), name="publish"),
    path("<int:pk>/confirm/", points_closes.Confirm.as_view(), name="confirm"),
    path("<int:pk>/reopen/", points_closes.Reopen.as_view(), name="reopen"),
]
_scores = [
    path("", points_closes.ScoreIndex.as_view(), name="list"),
    path("years/", points_publication.YearPage.as_view(), name="years"),
    path("<int:pk>/", points_scores.ScoreDetail.as_view(), name="detail"),
    path("member/<str:number>/", points_scores.MemberScores.as_view(), name="member"),
]
_schemes = [
    path("", points_schemes.SchemeList.as_view(), name="list"),
    path("new/", points_scheme_edit.NewScheme.as_view(), name="new"),
    path("<int:pk>/", points_schemes.SchemeDetail.as_view(), name="detail"),
    path("<int:pk>/print/", points_schemes.SchemePrint.as_view(), name="print"),
    path("<int:pk>/compare/", points_schemes.CompareSchemes.as_view(), name="compare"),
    path("<int:pk>/town-items/", points_town_items.TownItems.as_view(), name="town-items"),
    path("<int:pk>/edit/", points_scheme_edit.EditScheme.as_view(), name="edit"),
    path("<int:pk>/put-in-force/", points_scheme_edit.PutInForce.as_view(), name="put-in-force"),
    path("<int:pk>/what-if/", points_what_if.WhatIf.as_view(), name="what-if"),
    path("<int:pk>/drop/", points_scheme_edit.DropDraft.as_view(), name="drop"),
]

_what_if = [
    path("<uuid:job>/", points_what_if.WhatIfResult.as_view(), name="detail"),
    path("<uuid:job>/export.xlsx", points_what_if.ExportWhatIf.as_view(), name="export"),
]

urlpatterns = [
    path("point-months/", points_months.MonthPage.as_view(), name="redemption-months"),
    path("claims/", include((_claims, "claims"))),
    path("entries/", include((_entries, "entries"))),
    path("closes/", include((_closes, "closes"))),
    path("scores/", include((_scores, "scores"))),
    path("schemes/", include((_schemes, "schemes"))),
    path("what-if/", include((_what_if, "what-if"))),
]
