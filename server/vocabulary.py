"""The words for every code that people meet: states, stages, checks, roles, actions.

English here, and told in the language of whoever reads it (``server.texts``). Every code has its words here and
nowhere else; ``server.wording`` says them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.texts import N_, _


class Words(Mapping[str, str]):
    """Codes with their sentences, each told in the language of whoever reads it."""

    def __init__(self, sentences: dict[str, str]) -> None:
        self._sentences = sentences

    def __getitem__(self, code: str) -> str:
        return _(self._sentences[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)


GRADES = Words(
    {
        "A": N_(
            "Attested: taken and signed on an enrolled device, and the file and the device agree on place and time."
        ),
        "B": N_("Corroborated: the file and the device each state the place and the time, and they agree."),
        "C": N_("Single witness: only one machine states the place or the time."),
        "D": N_("Stated: the place or the time rests on a person's word."),
    }
)
#: The same on a label, for who has never heard of grades.
GRADE_NAMES = Words(
    {
        "A": N_("signed by a known phone"),
        "B": N_("file and phone agree"),
        "C": N_("one witness only"),
        "D": N_("a person's word"),
    }
)
WITNESSES = Words({"file": N_("File"), "device": N_("Device"), "operator": N_("Person")})

CHECKS = Words(
    {
        "file.sealed": N_("The file arrived as it left the device"),
        "file.decodes": N_("The file is a whole picture"),
        "file.resolution": N_("The picture has enough pixels"),
        "file.untouched": N_("The picture was not edited"),
        "place.inside_site": N_("Taken inside the site"),
        "place.accuracy": N_("The position is exact enough"),
        "place.claims_agree": N_("File and device name the same place"),
        "place.station": N_("Taken at the required station"),
        "place.not_redacted": N_("The position was not removed from the file"),
        "place.repeated": N_("Positions vary as a moving phone's do"),
        "time.in_schedule": N_("Taken within the schedule"),
        "time.working_hours": N_("Taken during working hours"),
        "time.not_future": N_("Not dated in the future"),
        "time.fresh": N_("Sent soon after it was taken"),
        "time.claims_agree": N_("File, satellites and device name the same time"),
        "time.zone": N_("The time zone is known"),
        "origin.first_use": N_("Used for the first time"),
        "device.enrolled": N_("Signed by an enrolled device"),
        "motion.plausible": N_("The way from photo to photo is plausible"),
        "light.sun": N_("Daylight fits place and time"),
        "picture.screen": N_("Not a photo of a screen"),
        "picture.sharpness": N_("The picture is sharp"),
        "picture.exposure": N_("The picture is bright enough"),
    }
)
SOURCES = Words(
    {
        "camera": N_("the field app's own camera"),
        "phone_camera": N_("the phone's camera app"),
        "gallery": N_("a file that was on the phone"),
    }
)
#: What states the shape of a site, beside the one in use and the one that somebody types just now.
SITE_SOURCES = Words(
    {
        "contract": N_("Contract"),
        "as_staked": N_("As-staked survey"),
        "portal": N_("Portal"),
        "in_use": N_("In use now"),
        "typed": N_("What you typed"),
    }
)
REFUSALS = Words(
    {
        "file.sealed": N_("the file changed on its way"),
        "file.decodes": N_("the file is not a whole picture"),
        "file.resolution": N_("the picture has too few pixels"),
        "file.untouched": N_("the picture was edited"),
        "place.inside_site": N_("taken outside the site"),
        "time.not_future": N_("dated in the future"),
        "time.in_schedule": N_("taken outside the contract's time"),
        "origin.first_use": N_("the same picture was used before"),
        "device.enrolled": N_("the device's signature does not hold"),
        "review": N_("refused by a reviewer, who looked at it"),
    }
)
STATES = Words(
    {
        "received": N_("received"),
        "verified": N_("verified"),
        "needs_review": N_("needs review"),
        "rejected": N_("rejected by the checks"),
        "accepted": N_("accepted by a reviewer"),
        "refused": N_("refused by a reviewer"),
        "planned": N_("not started"),
        "open": N_("under way"),
        "submitted": N_("waiting for approval"),
        "returned": N_("returned for more"),
        "approved": N_("approved"),
        "paid": N_("paid"),
        "locked": N_("locked"),
        "unlocked": N_("to be certified"),
        "certified": N_("certified, to be paid"),
        "passed_on": N_("paid and passed on"),
        "pending": N_("waiting for a decision"),
        "identification": N_("identified"),
        "preparation": N_("in preparation"),
        "implementation": N_("under construction"),
        "completion": N_("being completed"),
        "completed": N_("completed"),
        "cancelled": N_("cancelled"),
    }
)
STAGES = Words(
    {
        "before": N_("Before the works"),
        "mobilisation": N_("Mobilisation"),
        "during": N_("During the works"),
        "completion": N_("Completion"),
        "warranty": N_("Under warranty"),
        "safety": N_("Safety"),
    }
)
#: OC4IDS project sectors (https://standard.open-contracting.org/infrastructure/), and others that agencies use.
SECTORS = Words(
    {
        "education": N_("Education"),
        "health": N_("Health"),
        "energy": N_("Energy"),
        "communications": N_("Communications"),
        "water": N_("Water"),
        "water_and_waste": N_("Water and waste"),
        "governance": N_("Governance"),
        "economy": N_("Economy"),
        "culture_sports_and_recreation": N_("Culture, sports and recreation"),
        "transport": N_("Transport"),
        "social_housing": N_("Social housing"),
        "natural_resources": N_("Natural resources"),
        "flood_control": N_("Flood control"),
        "agriculture": N_("Agriculture"),
    }
)
DECIDED = Words(
    {
        "accept": N_("accepted it"),
        "refuse": N_("refused it"),
        "approve": N_("approved it"),
        "return": N_("returned it"),
        "reject": N_("rejected it"),
    }
)
#: What comes to the desk of somebody with a role.
WAITS_FOR = Words(
    {
        "inspector": N_("Open milestones appear here when photos were sent that can be put forward."),
        "contractor": N_("Open milestones appear here when photos were sent that can be put forward."),
        "supervisor": N_(
            "Milestones that are put forward, photos that the checks could not settle, and appeals appear here."
        ),
        "safety_officer": N_("Safety officers send photos and read; nothing comes here to be decided."),
        "paymaster": N_("Certificates appear here when a milestone is approved, to be certified and paid."),
        "administrator": N_("Disputes about payments appear here, to be settled."),
        "auditor": N_(
            "Auditors read every project of their agencies, and the record; nothing comes here to be decided."
        ),
    }
)
OUTCOMES = Words({"pass": N_("holds"), "warn": N_("question"), "fail": N_("fails"), "unknown": N_("not known")})
ROLES = Words(
    {
        "inspector": N_("inspector"),
        "contractor": N_("contractor"),
        "supervisor": N_("supervisor"),
        "safety_officer": N_("safety officer"),
        "paymaster": N_("paymaster"),
        "administrator": N_("administrator"),
        "auditor": N_("auditor"),
    }
)
ORGANISATIONS = Words(
    {
        "agency": N_("agency"),
        "contractor": N_("contractor"),
        "subcontractor": N_("subcontractor"),
        "oversight": N_("oversight body"),
    }
)
#: Where a certificate stands, inside a sentence about it.
CERTIFICATE = Words(
    {
        "locked": N_("locked"),
        "unlocked": N_("unlocked"),
        "certified": N_("certified"),
        "paid": N_("paid"),
        "passed_on": N_("passed on"),
    }
)
#: What somebody is asked to do with a thing that waits, on its row and beside the count of its kind.
WAITING = Words(
    {
        "appeal": N_("Appeals"),
        "decide": N_("Milestones to decide on"),
        "photos": N_("Photos to look at"),
        "dispute": N_("Disputes to settle"),
        "certify": N_("Certificates to certify"),
        "pay": N_("Certificates to pay"),
        "present": N_("Milestones to put forward"),
    }
)
WAITING_AGES = Words({"overdue": N_("Overdue"), "7": N_("7 days or longer"), "30": N_("30 days or longer")})
#: What somebody did, as the record tells it after their name.
ACTIONS = Words(
    {
        "area.added": N_("added an area"),
        "audit.completed": N_("looked whether all is as the records say"),
        "certificate.certified": N_("certified a payment"),
        "certificate.disputed": N_("disputed a certificate"),
        "certificate.paid": N_("recorded a payment"),
        "certificate.locked": N_("locked a certificate again"),
        "certificate.passed_on": N_("stated that money was passed on"),
        "certificate.settled": N_("settled a dispute"),
        "certificate.unlocked": N_("unlocked a certificate"),
        "copy.published": N_("made a photo's public copies"),
        "device.enrolled": N_("enrolled a device"),
        "device.revoked": N_("took a device off the list"),
        "evidence.accepted": N_("accepted a photo"),
        "evidence.appealed": N_("appealed for a photo"),
        "evidence.lowered": N_("lowered a photo's verdict"),
        "evidence.examined": N_("looked at a photo's pixels"),
        "evidence.original_opened": N_("opened a photo's original"),
        "evidence.published": N_("made a photo public"),
        "evidence.received": N_("sent a photo"),
        "evidence.refused": N_("refused a photo"),
        "evidence.withdrawn": N_("withdrew a photo from the public"),
        "job.retried": N_("let a job run again"),
        "log.erased": N_("erased by law what an event held of people"),
        "milestone.approved": N_("approved a milestone"),
        "milestone.open": N_("opened a milestone"),
        "milestone.opened": N_("opened the next milestone"),
        "milestone.paid": N_("paid for a milestone"),
        "milestone.returned": N_("returned a milestone"),
        "milestone.submitted": N_("put a milestone forward"),
        "organisation.added": N_("added an organisation"),
        "person.added": N_("added a person"),
        "person.code_given": N_("gave a first sign-in code"),
        "person.disabled": N_("shut an account"),
        "person.enabled": N_("opened an account again"),
        "person.password_chosen": N_("chose a password"),
        "project.changed": N_("changed a project"),
        "project.created": N_("created a project"),
        "redaction.hidden": N_("hid an area of a photo from the public"),
        "redaction.shown": N_("let the public see an area of a photo"),
        "redaction.undone": N_("undid a choice of what a photo hides"),
        "role.granted": N_("gave a role"),
        "role.taken": N_("took a role away"),
        "second_look.answered": N_("answered a second look"),
        "second_look.asked": N_("asked for a second look"),
        "second_look.committed": N_("committed to the seed of second looks"),
        "second_look.drawn": N_("drew what is looked at again"),
        "second_look.frozen": N_("froze what could be looked at again"),
        "second_look.heard": N_("said what follows from a second look"),
        "second_look.revealed": N_("revealed the seed of second looks"),
        "second_look.taken_back": N_("took back the answer to a second look"),
        "session.begun": N_("signed in"),
        "session.ended": N_("signed out"),
        "site.changed": N_("changed a site's shape"),
        "site.difference_explained": N_("gave a reason for coordinates that differ"),
        "site.source_recorded": N_("recorded what a source says of a site"),
        "submission.approved": N_("approved what was put forward"),
        "submission.decision": N_("decided on what was put forward"),
        "submission.made": N_("froze the photos put forward"),
        "submission.rejected": N_("rejected what was put forward"),
        "submission.returned": N_("returned what was put forward"),
        "submission.taken_back": N_("took back a decision on what was put forward"),
    }
)

#: What the second person says, and where a period of second looks stands.
SECOND_LOOK_ANSWERS = Words(
    {"holds": N_("It holds"), "does_not_hold": N_("It does not hold"), "cannot_tell": N_("I cannot tell")}
)
SECOND_LOOKS = Words({"holds": N_("holds"), "does_not_hold": N_("does not hold"), "cannot_tell": N_("cannot be told")})
SECOND_LOOK_STATES = Words(
    {
        "committed": N_("committed to"),
        "running": N_("running"),
        "due": N_("over, to be drawn"),
        "drawing": N_("being drawn"),
        "drawn": N_("drawn"),
    }
)
#: What the risk view counts (``server.risk_facts``).
FACTS = Words(
    {
        "photos": N_("Photos"),
        "warned": N_("With a warning"),
        "failed": N_("With a check that failed"),
        "near": N_("Sent before"),
        "repeated": N_("Repeated coordinates"),
        "late": N_("Arrived late"),
        "decisions": N_("Decisions on photos"),
        "accepted": N_("Accepted, not verified by machine"),
        "refused": N_("Refused"),
        "changed": N_("Decision changed later"),
    }
)
