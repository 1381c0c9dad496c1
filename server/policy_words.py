"""What each value of a policy does, in plain words; docs/policies.md says the same to those who write policies."""

from __future__ import annotations

from server.texts import N_
from server.vocabulary import Words

SECTIONS = Words(
    {
        "place": N_("Where a photo was taken"),
        "time": N_("When it was taken"),
        "file": N_("The file"),
        "motion": N_("The way from photo to photo"),
        "light": N_("Light and sun"),
        "picture": N_("The picture itself"),
        "decisive": N_("What sends a photo to a person"),
        "money": N_("Money"),
        "windows": N_("Times to pay and to answer"),
        "review": N_("Review and appeals"),
        "retention": N_("How long originals are kept"),
        "site": N_("The site"),
        "second_look": N_("The random second look"),
    }
)

MEANINGS = Words(
    {
        "place.tolerance_point": N_("So far outside the outline of a building or an area still counts as inside."),
        "place.tolerance_corridor": N_("So far beside a road or a canal still counts as on it."),
        "place.tolerance_obstructed": N_("So far outside still counts as inside under trees and in canyons."),
        "place.assumed_r68": N_("So inexact a position is taken to be where it does not say how exact it is."),
        "place.inside_pass_probability": N_("From this probability of being inside on, the place holds."),
        "place.inside_fail_probability": N_("Up to this probability of being inside, the place fails."),
        "place.accuracy_pass_r68": N_("A position that is exact to this holds."),
        "place.accuracy_fail_r68": N_("A position less exact than this counts as unknown."),
        "place.agree_pass_sigmas": N_("File and phone may lie so far apart, in terms of their inexactness."),
        "place.agree_fail_sigmas": N_("Farther apart than this, and beyond the next distance too, they contradict."),
        "place.agree_fail": N_("The distance between file and phone beyond which they contradict."),
        "place.station_tolerance": N_("So far from a required station still counts as at it."),
        "place.repeated_positions": N_("So many photos at the very same coordinates raise a question."),
        "site.sources_apart": N_(
            "Contract, survey and portal may lie so far apart; beyond it somebody has to say why before it is used."
        ),
        "time.schedule_grace": N_("To either side of a milestone's planned dates."),
        "time.defects_period": N_("So long after the contract's end photos may still be taken."),
        "time.future_limit": N_("So far ahead of the server's a clock may be."),
        "time.fresh_pass": N_("Sent within this after it was taken, a photo is fresh."),
        "time.fresh_fail": N_("Sent later than this after it was taken, a photo is too old."),
        "time.clocks_warn": N_("A larger gap between the clocks of file, satellites and phone raises a question."),
        "time.clocks_fail": N_("A larger gap between these clocks is a contradiction."),
        "file.minimum_megapixels": N_("A smaller picture raises a question, unless the requirement says otherwise."),
        "file.thumbnail_unlike": N_("A thumbnail that differs by more than this from its picture raises a question."),
        "motion.motion_least": N_("Photos nearer to each other than this need no explanation."),
        "motion.motion_pass": N_("Up to this speed a way from one photo to the next is plausible."),
        "motion.motion_fail": N_("A way that takes more than this speed cannot be."),
        "light.night_sun": N_("With the sun lower than this it is night."),
        "light.night": N_("From this exposure value on, a photo taken at night raises a question."),
        "light.day_sun": N_("With the sun higher than this it is day."),
        "light.day": N_("Up to this exposure value, a photo taken by day raises a question."),
        "picture.screen": N_("A pattern of colours that stands out more than this looks like a photo of a screen."),
        "picture.blurred": N_("From this share of lost detail on, a picture is blurred."),
        "picture.dark": N_(
            "A picture is dark where all but its brightest twentieth is darker than this share of white."
        ),
        "decisive.checks": N_("A question from one of these checks alone is enough."),
        "money.advance_share_max": N_("The most that may be paid in advance, of the contract's value."),
        "money.retention_share": N_("The share kept back of each payment; the contract's own share goes before it."),
        "money.retention_until_share": N_("Nothing more is kept back once this share of the contract is certified."),
        "money.first_payment_min_share": N_("Payments begin when this share of the contract is approved."),
        "money.liquidated_damages_per_day_share": N_("What each day of delay costs, of the works that are late."),
        "money.wage_arrears_per_year_share": N_(
            "Interest on wages in arrears. Kept, and nothing is decided by it yet."
        ),
        "money.two_approvals_from": N_("From this amount on, two people have to approve."),
        "money.currency": N_("The currency of that amount; amounts in any other need two approvals as well."),
        "windows.payment_after_certificate": N_("A certificate is to be paid within this; after that it is late."),
        "windows.subcontractor_paid_within": N_(
            "What was paid is to be passed on to those below within this; after that it is late."
        ),
        "windows.subcontractor_notice_within": N_(
            "Both sides give notice within this. Kept, and nothing is decided by it yet."
        ),
        "windows.wages_paid_within": N_("Wages are paid within this. Kept, and nothing is decided by it yet."),
        "windows.warranty_permanent": N_("Warranty of permanent works. Kept, and nothing is decided by it yet."),
        "windows.warranty_semi_permanent": N_(
            "Warranty of semi-permanent works. Kept, and nothing is decided by it yet."
        ),
        "windows.warranty_other": N_("Warranty of all other works. Kept, and nothing is decided by it yet."),
        "windows.complaint_simple": N_("Time to answer a simple complaint. Kept, and nothing is decided by it yet."),
        "windows.complaint_complex": N_("Time to answer a complex complaint. Kept, and nothing is decided by it yet."),
        "windows.complaint_technical": N_(
            "Time to answer a highly technical complaint. Kept, and nothing is decided by it yet."
        ),
        "review.appeals_per_photo": N_("So often the sender may appeal; the database holds one in any case."),
        "review.answer_within": N_("Time to answer an appeal. Kept, and nothing is decided by it yet."),
        "second_look.period": N_("Drawn for periods of so many months; the shortest of all policies counts."),
        "second_look.share_tier_1": N_("The share that is looked at again of the largest projects."),
        "second_look.share_tier_2": N_("The share that is looked at again of large projects."),
        "second_look.share_tier_3": N_("The share that is looked at again of middling projects."),
        "second_look.share_tier_4": N_("The share that is looked at again of all other projects."),
        "second_look.tier_1_from": N_("From this value of its contract on, a project is among the largest."),
        "second_look.tier_2_from": N_("From this value of its contract on, a project is large."),
        "second_look.tier_3_from": N_("From this value of its contract on, a project is middling."),
        "second_look.more_if_questioned": N_("So much likelier, where a check asked a question."),
        "second_look.more_if_overridden": N_(
            "So much likelier, where a person accepted what the checks had not verified."
        ),
        "second_look.more_if_late": N_("So much likelier, where a photo was sent late."),
        "retention.originals_at_least": N_("Originals are kept at least so long. Kept, and nothing deletes them."),
        "retention.originals_after_warranty": N_(
            "Originals are kept so long after the warranty; the longer counts. Kept, and nothing deletes them."
        ),
    }
)
