"""What several checks advise in the same words."""

from __future__ import annotations

from server.texts import N_

NEW_PHOTO = N_("Retake the photo with the field app.")
BY_APP = N_("Take photos with the field app.")
OPEN_SKY = N_("Wait under open sky for a better position and retake.")
CLOCK = N_("Let the network set the phone's time and retake.")
