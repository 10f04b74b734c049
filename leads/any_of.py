"""Ask for the rows of thousands of keys or names at once."""

from collections.abc import Collection
from typing import Any

from django.db.models import BooleanField, F, Func, IntegerField
from django.db.models.sql.compiler import SQLCompiler


class AnyOf(Func):
    """Whether a column holds one of many values: what `__in` says, as one array.

    Django prepares each value of `__in` by itself, which for thousands takes longer than the
    query. The values go to the database as they are: plain keys or texts.
    """

    def __init__(self, column: str, values: Collection[Any]) -> None:
        super().__init__(F(column), output_field=BooleanField())
        self.values = list(values)

    def as_sql(self, compiler: SQLCompiler, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """Write the comparison, with keys as wide as the column's, which alone can be hashed.

        A number that the column cannot hold is none of its keys.
        """
        source = self.get_source_expressions()[0]
        field = getattr(source.output_field, "target_field", source.output_field)
        cast, values = "", self.values
        if isinstance(field, IntegerField):
            cast = f"::{field.cast_db_type(compiler.connection)}[]"
            least, most = compiler.connection.ops.integer_field_range(field.get_internal_type())
            values = [key for key in values if key is not None and least <= key <= most]
        column, parameters = compiler.compile(source)
        return f"{column} = ANY(%s{cast})", (*parameters, values)
