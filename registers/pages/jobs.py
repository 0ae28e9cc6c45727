"""Jobs of a person: a page with live progress, his list, the bell, and the files that came out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from lianjian import clock
from registers import jobs, reading
from registers.models import Job, StoredFile
from registers.pages import present
from registers.pages.faces import DomainErrorsMixin

TONES = {
    Job.State.QUEUED: "waiting",
    Job.State.RUNNING: "info",
    Job.State.DONE: "done",
    Job.State.FAILED: "late",
    Job.State.CANCELLED: "neutral",
}
BELL_SHOWN = 6
LONG_WAIT_SECONDS = 20  # a free worker takes a job within a second or two
PAGE = 30
ERRORS_SHOWN = 50


_links: dict[str, Callable[[Job], tuple[str, str]]] = {}


def link_job(kind: str, link: Callable[[Job], tuple[str, str]]) -> None:
    """Where a finished job of a kind leads: `link(job)` gives (label, address). A `result["url"]` needs none."""
    _links[kind] = link


def progress_of(job: Job) -> dict[str, Any]:
    """A job as registers/_job_progress.html takes it. `result` may carry {url, label}; its files are offered too."""
    result = job.result or {}
    results = [
        {"label": f"下载“{stored.name}”", "url": reverse("files:download", args=[stored.pk]), "icon": "file-download",
         "main": index == 0}
        for index, stored in enumerate(job.files.visible_to(job.owner).filter(is_result=True).order_by("created_at"))
    ]  # fmt: skip
    if job.kind in _links and job.state == Job.State.DONE:
        label, url = _links[job.kind](job)
        results.insert(0, {"label": label, "url": url, "main": True})
    for more in results[1:]:
        more["main"] = False
    if result.get("url"):
        results.append({"label": result.get("label") or "查看结果", "url": result["url"], "main": not results})
    ended = job.finished_at or timezone.now()
    errors = [_sentence(error) for error in result.get("errors", ())[:ERRORS_SHOWN]]
    return {
        "title": job.title,
        "state": job.state,
        "finished": job.is_finished,
        "step": job.step,
        "done": job.done,
        "total": job.total or None,
        "figures": _figures(job),
        "elapsed": present.duration((ended - job.started_at).total_seconds()) if job.started_at else "",
        "waited": _waited(job),
        "remaining": _remaining(job),
        "progress_url": reverse("jobs:progress", args=[job.pk]),
        "cancel_url": "" if job.cancel_asked else reverse("jobs:cancel", args=[job.pk]),
        "message": job.message or ("正在取消" if job.cancel_asked and not job.is_finished else _counts(result)),
        "results": results,
        "errors": errors,
    }


def _figures(job: Job) -> str:
    return f"{job.done:,} / {job.total:,}" if job.total else ""


def _sentence(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return f"第 {error['row']} 行{error['message']}" if error.get("row") else str(error["message"])


def _counts(result: dict[str, Any]) -> str:
    """新增 12 行，更新 3 行，未变 0 行 for an import, or how many errors it met."""
    if result.get("error_count"):
        return f"有 {result['error_count']:,} 处需要改正" + ("" if result.get("written") else "，什么都没有写入")
    words = {"created": "新增", "updated": "更新", "unchanged": "未变"}
    return "，".join(f"{word} {result[name]:,} 行" for name, word in words.items() if isinstance(result.get(name), int))


def _waited(job: Job) -> str:
    """How long the job has been in the queue, once that is longer than a working house needs."""
    if job.state != Job.State.QUEUED:
        return ""
    seconds = (timezone.now() - job.created_at).total_seconds()
    return present.duration(seconds) if seconds > LONG_WAIT_SECONDS else ""


def _remaining(job: Job) -> str:
    """A guess once a tenth is done; earlier ones only mislead."""
    if job.is_finished or not job.started_at or not job.total or job.done * 10 < job.total:
        return ""
    spent = (timezone.now() - job.started_at).total_seconds()
    return present.duration(spent * (job.total - job.done) / job.done)


class OwnJobView(DomainErrorsMixin, View):
    """Pages of one job of the person himself; everybody else's do not exist."""

    def look(self, request: HttpRequest, pk: UUID) -> Job:
        job = jobs.job_of(request.user, pk)
        if job.is_finished and not job.seen:
            Job.objects.visible_to(request.user).filter(pk=job.pk).update(seen=True)
        return job


class JobPage(OwnJobView):
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        job = self.look(request, pk)
        crumbs = [{"title": "我的任务", "url": reverse("jobs:list")}, {"title": job.title, "url": ""}]
        return render(request, "registers/job.html", {"job": progress_of(job), "breadcrumbs": crumbs})


class JobProgress(OwnJobView):
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return render(request, "registers/_job_progress.html", {"job": progress_of(self.look(request, pk))})


class JobCancel(OwnJobView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        job = jobs.job_of(request.user, pk)
        if job.is_finished:
            messages.info(request, "任务已经结束，不用取消了。")
        else:
            jobs.cancel(job)
        return redirect("jobs:detail", pk=job.pk)


class JobList(View):
    """All jobs of the person, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = Job.objects.visible_to(request.user)
        page = reading.page_or_first(rows, ("-created_at", "pk"), PAGE, request.GET.get("cursor", ""))
        context = {
            "breadcrumbs": [{"title": "我的任务", "url": ""}],
            "jobs": [line_of(job) for job in page.rows],
            "next_url": f"?cursor={page.next}" if page.next else None,
            "previous_url": f"?cursor={page.previous}" if page.previous else None,
        }
        return render(request, "registers/jobs.html", context)


def line_of(job: Job) -> dict[str, Any]:
    """One job in a list."""
    return {
        "title": job.title,
        "url": reverse("jobs:detail", args=[job.pk]),
        "state_text": job.get_state_display(),
        "tone": TONES[Job.State(job.state)],
        "done": job.done,
        "total": job.total if not job.is_finished else 0,
        "figures": _figures(job),
        "started": present.moment(job.created_at),
        "ended": present.moment(job.finished_at) if job.finished_at else "",
        "message": job.message,
        "new": job.is_finished and not job.seen,
    }


class Bell(View):
    """How many jobs finished unseen or still run; with `list` the newest few."""

    def get(self, request: HttpRequest) -> HttpResponse:
        mine = Job.objects.visible_to(request.user)
        if "list" in request.GET:
            newest = [line_of(job) for job in mine.order_by("-created_at", "pk")[:BELL_SHOWN]]
            return render(request, "registers/_bell_list.html", {"jobs": newest})
        context = {
            "ready": jobs.unseen_finished(request.user).count(),
            "running": mine.exclude(state__in=Job.FINISHED).count(),
            "bell_url": reverse("jobs:bell"),
        }
        return render(request, "registers/_bell.html", context)


class FileList(View):
    """我的文件: what jobs made and what the person uploaded, with what is under way on top."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = StoredFile.objects.visible_to(request.user).select_related("job").filter(is_result=True)
        page = reading.page_or_first(rows, ("-created_at", "pk"), PAGE, request.GET.get("cursor", ""))
        running = Job.objects.visible_to(request.user).exclude(state__in=Job.FINISHED)
        context = {
            "breadcrumbs": [{"title": "我的文件", "url": ""}],
            "jobs": [line_of(job) for job in running.order_by("-created_at", "pk")[:PAGE]],
            "files": [
                {
                    "name": stored.name,
                    "url": reverse("files:download", args=[stored.pk]),
                    "size": present.file_size(stored.size),
                    "made_at": present.moment(stored.created_at),
                    "expires_at": f"{stored.expires_at.astimezone(clock.SHANGHAI):%Y-%m-%d}",
                    "job_url": reverse("jobs:detail", args=[stored.job_id]) if stored.job_id else "",
                    "job_title": stored.job.title if stored.job else "",
                }
                for stored in page.rows
            ],
            "next_url": f"?cursor={page.next}" if page.next else None,
            "previous_url": f"?cursor={page.previous}" if page.previous else None,
        }
        return render(request, "registers/files.html", context)


class FileDownload(View):
    """The bytes of a file, for its owner alone, always as a download."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        stored = StoredFile.objects.visible_to(request.user).filter(pk=pk).first()
        if stored is None or not stored.content.storage.exists(str(stored.content.name)):
            raise Http404
        return attachment(stored.content.open("rb"), stored.name)


def attachment(content: Any, name: str) -> FileResponse:
    """A download under its Chinese name that no browser may take for a page."""
    response = FileResponse(content, as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
