"""The forms of a batch: the list, what its columns are, the text, one corrected row."""

from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage
from wtforms import (
    Field,
    FileField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from webapp.messaging.content import ContentRefused, check_content
from webapp.messaging.placeholders import PlaceholderRefused, Template, compile_template
from webapp.services.batches.calls import operation_for
from webapp.services.batches.sending import MOST_SCHEDULED_SINGLY, valid_rows
from webapp.services.batches.texts import check_template
from webapp.services.imports.limits import MAX_CELL_CHARACTERS
from webapp.store.batches import Batch, BatchText, Holding
from webapp.store.calls import Operation
from webapp.web.forms import TextdeskForm, strip
from webapp.web.text_form import TextForm

LONGEST_REASON = 500


class NewBatchForm(TextdeskForm):
    """A file or a pasted list. As TextdeskForm has it a form takes no files; this one does."""

    file = FileField("Spreadsheet")
    recipients = TextAreaField("Or paste the numbers")

    def upload(self) -> FileStorage | None:
        """The file, if one was chosen."""
        found = request.files.get("file")
        return found if found is not None and found.filename else None

    def validate_recipients(self, field: TextAreaField) -> None:
        pasted = bool((field.data or "").strip())
        if self.upload() and pasted:
            raise ValidationError(
                "You chose a file too. Clear this box and choose the file again, or send the box alone."
            )
        if not self.upload() and not pasted:
            raise ValidationError("Choose a file, or paste the numbers.")


class ColumnsForm(TextdeskForm):
    """Which column holds the numbers, which row the headings, which sheet is meant."""

    number_column = SelectField("Numbers are in", coerce=int)
    header_row = SelectField("Headings are in", coerce=int)
    sheet = SelectField("Sheet")

    def offer(self, batch: Batch) -> None:
        """What can be chosen for this list."""
        first_rows = batch.facts.get("first_rows", [])
        self.number_column.choices = [SelectChoice(at, name) for at, name in enumerate(batch.headers)]
        self.header_row.choices = [
            SelectChoice(0, "There are none: the first row is a person"),
            *(SelectChoice(number, _row_label(number, values)) for number, values in first_rows),
        ]
        chosen = batch.facts.get("header_row") or 0
        if chosen not in [number for number, _ in first_rows]:
            self.header_row.choices.append(SelectChoice(chosen, f"Row {chosen}"))
        sheets = batch.facts.get("sheets") or [""]
        self.sheet.choices = [SelectChoice(sheet, sheet) for sheet in sheets]
        if not self.is_submitted():
            self.number_column.data = batch.number_column
            self.header_row.data = chosen
            self.sheet.data = batch.facts.get("sheet") or ""


def _row_label(number: int, values: list[str]) -> str:
    shown = ", ".join(value.strip() for value in values if value.strip())
    return f"Row {number}: {shown[:60]}"


class BatchTextForm(TextForm):
    """The text for a list; `template` is what it was understood as."""

    holding = RadioField(
        "Who keeps it until then",
        choices=[
            SelectChoice(Holding.TEXTDESK.value, "Textdesk"),
            SelectChoice(Holding.PROVIDER.value, "The provider"),
        ],
        default=Holding.TEXTDESK.value,
    )

    template: Template | None = None

    def __init__(self, batch: Batch, **kwargs: Any) -> None:
        self.batch = batch
        super().__init__(**kwargs)

    def validate_content(self, field: TextAreaField) -> None:
        try:
            self.template = check_template(self.batch, self.text())
            if not self.template.is_personal:
                check_content(field.data or "")
            elif not "".join(self.template.literals).strip():
                raise ValidationError("Write something besides the placeholders.")
            else:
                check_content("".join(self.template.literals))
        except (PlaceholderRefused, ContentRefused) as refusal:
            raise ValidationError(refusal.message) from refusal

    def validate_holding(self, field: RadioField) -> None:
        if self.scheduled_at is None or self.template is None or self.errors:
            return
        singly = operation_for(self.to_text()) is Operation.SCHEDULE_MESSAGE
        if singly and valid_rows(self.batch) > MOST_SCHEDULED_SINGLY:
            raise ValidationError(
                f"The provider schedules personal texts one by one, up to {MOST_SCHEDULED_SINGLY} at a time. "
                "Let Textdesk keep this list until its time."
            )

    def is_personal(self) -> bool:
        """Whether what is typed so far differs from one person to the next."""
        try:
            return compile_template(self.text()).is_personal
        except PlaceholderRefused:
            return False

    def to_text(self) -> BatchText:
        """The text this form means, once it is valid."""
        return BatchText(
            sender=self.sender.data,
            content=self.text(),
            scheduled_at=self.scheduled_at,
            holding=Holding(self.holding.data or Holding.TEXTDESK),
            options=self.options(),
            typed=self.typed(),
        )


class RowForm(TextdeskForm):
    """One row put right: a field for each column."""

    def __init__(self, names: tuple[str, ...], values: tuple[str, ...]) -> None:
        super().__init__()
        self.names, self.before = names, values

    def values(self) -> tuple[str, ...]:
        """The columns as they are now; what was not in the form stays."""
        return tuple(
            request.form.get(f"column-{at}", self.before[at] if at < len(self.before) else "")
            for at in range(max(len(self.names), len(self.before)))
        )

    def problem(self) -> str | None:
        """Why the row cannot be saved like this, in words; None if it can."""
        too_long = any(len(value) > MAX_CELL_CHARACTERS for value in self.values())
        most = f"{MAX_CELL_CHARACTERS:,}"
        return f"No cell can have more than {most} characters: the row is as it was." if too_long else None


class SendBackForm(TextdeskForm):
    """Why somebody else's batch does not go as it is; `version` is the one that was read."""

    version = IntegerField(validators=[Optional()])
    reason = TextAreaField(
        "What is to be put right?",
        filters=[strip],
        validators=[
            DataRequired("Say why: its author reads it."),
            Length(max=LONGEST_REASON, message=f"A reason can have {LONGEST_REASON} characters."),
        ],
    )


class LookupForm(TextdeskForm):
    """A batch of the provider's, by its id."""

    class Meta(TextdeskForm.Meta):
        csrf = False  # It changes nothing, and its address may be kept.

    id = StringField("The provider’s batch id")

    def validate_id(self, field: Field) -> None:
        if field.data and not field.data.strip().replace("-", "").isalnum():
            raise ValidationError("A batch id has letters, digits and dashes only.")
