"""How far a follow-up got: the grade of each outcome."""

from typing import Literal

Grade = Literal["attempt", "contact", "conversation"]

GRADES: dict[str, Grade] = {
    "no_answer": "attempt",
    "left_message": "attempt",
    "sent": "attempt",
    "wrong_number": "attempt",
    "answered": "contact",
    "inbound_reply": "contact",
    "meeting_set": "contact",
    "conversation": "conversation",
    "meeting_held": "conversation",
}
