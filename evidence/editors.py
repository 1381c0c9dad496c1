"""The programs that change pictures, by what they write into a file.

Data, not logic: each with where its mark was seen or is documented. What a camera's firmware or a phone's camera app
writes ("HDR+ 1.0.199571065z", "S908BXXU2AVF1", "Ver.1.01") is not here, nor are programs that only carry files from
a card ("Nikon Transfer") or plan a drone's flight ("eMotion"). A program that is not listed is not found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Editor:
    """One program or family: its name, what it writes (a pattern, whole words, any case) and where that was seen."""

    name: str
    mark: str
    source: str


_CORPUS = "real files of public test collections: "
#: ExifTool's and Exiv2's lists of tags name Software and CreatorTool as the places; the texts are each maker's.
EDITORS: tuple[Editor, ...] = (
    Editor("Adobe Lightroom", r"(?:adobe )?(?:photoshop )?lightroom", _CORPUS + "imagemeta, pillow_heif"),
    Editor("Adobe Camera Raw", r"camera raw", _CORPUS + "test-assets (thompson-springs)"),
    Editor("Adobe Photoshop", r"(?:adobe )?photoshop", _CORPUS + "exiftool, test-assets, exif-samples"),
    Editor("Adobe Fireworks", r"adobe fireworks", _CORPUS + "exif-samples"),
    Editor("Adobe Illustrator", r"adobe illustrator", "XMP of files that it exports, xmp:CreatorTool"),
    Editor("Adobe Express", r"adobe (?:express|spark|firefly)", "Content Credentials and XMP of its exports"),
    Editor("GIMP", r"gimp", _CORPUS + "exif-samples"),
    Editor("paint.net", r"paint\.net", _CORPUS + "metadata-extractor-images (Issue_508)"),
    Editor("Snapseed", r"snapseed", _CORPUS + "maps"),
    Editor("digiKam", r"digikam", _CORPUS + "kfilemetadata, maps"),
    Editor("OpenImageIO", r"(?:openimageio|oiiotool)", _CORPUS + "OpenImageIO"),
    Editor("QuickTime", r"quicktime", _CORPUS + "metadata-extractor-images (Canon PowerShot S330)"),
    Editor("Opanda PowerExif", r"opanda", _CORPUS + "goexif; it rewrites Exif tags"),
    Editor("Capture One", r"capture one", _CORPUS + "test-assets (thompson-springs)"),
    Editor("ImageMagick", r"(?:imagemagick|graphicsmagick)", "the Software text chunk of its PNG files"),
    Editor("darktable", r"darktable", "xmp:CreatorTool of its exports (darktable manual, export)"),
    Editor("RawTherapee", r"rawtherapee", "Software of its exports (RawPedia, Metadata)"),
    Editor("Affinity Photo", r"affinity (?:photo|designer)", "xmp:CreatorTool and softwareAgent of its exports"),
    Editor("Pixelmator", r"pixelmator", "Software of its exports"),
    Editor("Picasa", r"picasa", "Software of its exports (support.google.com, Picasa)"),
    Editor("PicsArt", r"picsart", "Software of its exports"),
    Editor("Polarr", r"polarr", "Software of its exports"),
    Editor("Pixlr", r"pixlr", "Software of its exports"),
    Editor("Fotor", r"fotor", "Software of its exports"),
    Editor("Canva", r"canva", "xmp:CreatorTool of its exports"),
    Editor("VSCO", r"vsco(?:cam)?", "Software of its exports"),
    Editor("Meitu", r"(?:meitu|beautyplus)", "Software of its exports"),
    Editor("Facetune", r"facetune", "Software of its exports"),
    Editor("Luminar", r"luminar", "Software of its exports"),
    Editor("ON1", r"on1 (?:photo|effects)", "Software of its exports"),
    Editor("ACDSee", r"acdsee", "Software of its exports"),
    Editor("PhotoScape", r"photoscape", "Software of its exports"),
    Editor("Corel PaintShop", r"(?:paint ?shop|corel photo)", "Software of its exports"),
    Editor("Krita", r"krita", "xmp:CreatorTool of its exports"),
    Editor("Inkscape", r"inkscape", "the Software text chunk of its PNG files (inkscape.org, export)"),
    Editor("IrfanView", r"irfanview", "Software of its exports"),
    Editor("XnView", r"xnview", "Software of its exports"),
    Editor("Windows Photo Editor", r"(?:windows )?photo editor", "Software of its exports (Microsoft, Samsung)"),
    Editor("Windows Photo Gallery", r"windows (?:live )?photo gallery", "Software of its exports"),
    Editor("Stable Diffusion", r"stable diffusion", "Software and text chunks of generated files"),
    Editor("ComfyUI", r"comfyui", "text chunks of generated files"),
    Editor("Midjourney", r"midjourney", "XMP of generated files"),
    Editor("DALL-E", r"dall.?e", "softwareAgent of generated files"),
)
_MARKS = tuple((editor, re.compile(rf"(?<![a-z]){editor.mark}(?![a-z])", re.IGNORECASE)) for editor in EDITORS)


def editor_in(text: str) -> Editor | None:
    """The program that changes pictures and wrote ``text`` as its name, or None."""
    return next((editor for editor, mark in _MARKS if mark.search(text)), None)
