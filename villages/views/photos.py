"""Photographs of a village: the gallery with its upload, and the pictures themselves, each through the guard."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import View

from lianjian.numbers import whole_number
from registers.errors import Invalid
from registers.pages.faces import DomainErrorsMixin, Face
from villages.actions.photos import MOST, add_photo, describe_photo, remove_photo
from villages.models import Facility, Village, VillagePhoto
from villages.pictures import LONGEST, MAX_BYTES

CHOOSE = "请选择一张照片"
IMAGE_HELP = (
    f"jpg、png 或 webp，不超过 {MAX_BYTES // 1024 // 1024} MB；保存时缩小到 {LONGEST} 像素，并去掉拍摄位置等信息。"
    "请不要拍摄能认出的个人、证件和未公开的材料"
)


class PhotoForm(forms.Form):
    """A photograph and what it shows; actions check what it says."""

    image = forms.FileField(
        label="照片", help_text=IMAGE_HELP, widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"required": CHOOSE, "invalid": CHOOSE, "empty": "这个文件是空的，请重新选择"},
    )  # fmt: skip
    caption = forms.CharField(label="说明", max_length=60, help_text="如“村中心广场”")
    taken_on = forms.DateField(
        label="拍摄日期", required=False, help_text="不填用相机记录的日期",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    facility = forms.ModelChoiceField(
        label="公共设施", queryset=Facility.objects.none(), required=False, empty_label="不属于某个设施"
    )

    def __init__(self, village: Village, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        rows = Facility.objects.visible_to(user).filter(village=village).order_by("kind", "name")
        self.fields["facility"].queryset = rows  # type: ignore[attr-defined]


class DescriptionForm(PhotoForm):
    image = None  # type: ignore[assignment]


def gallery_of(village: Village, user: Any) -> list[dict[str, Any]]:
    """The photographs of a village that the user may see, newest first, as the templates take them."""
    rows = VillagePhoto.objects.visible_to(user).filter(village=village).select_related("facility")
    return [
        {
            "photo": photo,
            "url": reverse("photos:image", args=[photo.pk]),
            "small_url": f"{reverse('photos:image', args=[photo.pk])}?size=small",
            "edit_url": reverse("photos:edit", args=[photo.pk]),
            "delete_url": reverse("photos:delete", args=[photo.pk]),
            "caption": photo.caption,
            "note": f"{photo.taken_on}" + (f"，{photo.facility}" if photo.facility else ""),
        }
        for photo in rows
    ]


class PhotosFace(Face):
    """The gallery of one village; a POST adds a photograph."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        village = self.visible_row(key)
        return self.show(village, PhotoForm(village, self.user))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        village = self.changeable_row(key)
        form = PhotoForm(village, self.user, request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data
            try:
                add_photo(
                    by=self.user, village=village, upload=given["image"], caption=given["caption"],
                    taken_on=given["taken_on"], facility=given["facility"],
                )  # fmt: skip
            except Invalid as error:
                form.add_error(error.field or None, error.message)
            else:
                messages.success(request, f"已上传照片“{given['caption']}”。")
                return redirect(self.url("photos", village))
        return self.show(village, form, status=400)

    def show(self, village: Village, form: PhotoForm, status: int = 200) -> HttpResponse:
        photos = gallery_of(village, self.user)
        may_change = self.may_change_row(village)
        if may_change:
            for one in photos:
                photo = one["photo"]
                initial = {"caption": photo.caption, "taken_on": photo.taken_on, "facility": photo.facility_id}
                one["form"] = DescriptionForm(village, self.user, initial=initial, auto_id=f"{photo.pk}-%s")
        context = {
            "breadcrumbs": self.breadcrumbs((village.name, self.url("detail", village)), ("照片", "")),
            "village": village,
            "photos": photos,
            "most": MOST,
            "form": form if may_change else None,
        }
        return self.page("villages/photos.html", context, status)


class PhotoView(DomainErrorsMixin, View):
    """What is done with one photograph that the user may see; every other one does not exist."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.can(VillagePhoto.view_right):  # type: ignore[union-attr]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def photo(self, pk: UUID) -> VillagePhoto:
        photo = VillagePhoto.objects.visible_to(self.request.user).select_related("village").filter(pk=pk).first()
        if photo is None:
            raise Http404
        return photo

    def changeable(self, pk: UUID) -> VillagePhoto:
        photo = self.photo(pk)
        if not photo.is_changeable_by(self.request.user):  # type: ignore[arg-type]
            raise PermissionDenied
        return photo

    def gallery(self, photo: VillagePhoto) -> HttpResponse:
        return redirect("villages:photos", photo.village_id)


class PhotoImage(PhotoView):
    """The picture (`?size=small`: its thumbnail). Always a JPEG of our own making."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        photo = self.photo(pk)
        file = photo.thumbnail if request.GET.get("size") == "small" else photo.image
        if not file.storage.exists(str(file.name)):
            raise Http404
        response = FileResponse(file.open("rb"), content_type="image/jpeg")
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, max-age=600"
        return response


class PhotoEdit(PhotoView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        photo = self.changeable(pk)
        form = DescriptionForm(photo.village, request.user, request.POST)
        if not form.is_valid():
            raise Invalid("；".join(str(text) for texts in form.errors.values() for text in texts))
        given = form.cleaned_data
        describe_photo(
            by=request.user, photo=photo, caption=given["caption"], taken_on=given["taken_on"],
            facility=given["facility"], version=whole_number(request.POST.get("version", "")),
        )  # fmt: skip
        messages.success(request, f"已保存“{given['caption']}”。")
        return self.gallery(photo)


class PhotoDelete(PhotoView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        photo = self.changeable(pk)
        remove_photo(by=request.user, photo=photo, version=whole_number(request.POST.get("version", "")))
        messages.success(request, f"已删除照片“{photo.caption}”。")
        return self.gallery(photo)
