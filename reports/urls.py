from django.urls import path

from reports.views import boards, workbooks

app_name = "reports"
urlpatterns = [
    path("board/", boards.AreaBoard.as_view(), name="board"),
    path("board/federation/<int:pk>/", boards.FederationBoard.as_view(), name="federation_board"),
    path("board/figure/<slug:code>/", boards.FigurePage.as_view(), name="figure"),
    path("reports/", workbooks.Workbooks.as_view(), name="workbooks"),
]
