"""What of a DataFrame of Spark an audit uses, over tables of Arrow: no Java, no processes, and otherwise the same."""

from types import SimpleNamespace

import pyarrow as pa
import pyarrow.compute as pc

from casecore.audit.spark import AT, GROUP, IDS, MARK


class ArrowFrame:
    """A frame of some partitions."""

    def __init__(self, partitions, schema=None):
        self.partitions = partitions
        self.schema = schema or partitions[0].schema

    def limit(self, rows):
        """The first rows of the first partition."""
        return ArrowFrame([self.partitions[0].slice(0, rows)])

    def toArrow(self):  # noqa: N802 -- as Spark calls it
        """All of it as one table."""
        return pa.concat_tables(self.partitions)

    def selectExpr(self, everything, *added):  # noqa: N802 -- as Spark calls it
        """The rows with the columns that an audit puts beside them."""
        assert everything == "*"
        assert [one.rsplit(" AS ", 1)[1] for one in added] == [MARK, IDS, AT, GROUP]
        told = []
        for number, table in enumerate(self.partitions):
            rows = table.num_rows
            columns = {
                MARK: pa.array([(number << 33) + row for row in range(rows)], pa.int64()),
                IDS: pa.nulls(rows, pa.list_(pa.string())),
                AT: pa.nulls(rows, pa.int64()),
                GROUP: pa.array([""] * rows, pa.string()),
            }
            for name, values in columns.items():
                table = table.append_column(name, values)  # noqa: PLW2901 -- column after column
            told.append(table)
        return ArrowFrame(told)

    def mapInArrow(self, function, schema):  # noqa: N802 -- as Spark calls it
        """What a function makes of each partition."""
        made = [[*function(iter(table.to_batches()))] for table in self.partitions]
        if isinstance(schema, pa.Schema):
            return ArrowFrame([pa.Table.from_batches(some, schema) for some in made], schema)
        first = next(batch.schema for some in made for batch in some)
        return ArrowFrame([pa.Table.from_batches(some, first) for some in made], first)

    def repartition(self, partitions, column):
        """The rows with the same value in a column in one partition, those of later partitions first."""
        every = pa.concat_tables(reversed(self.partitions))
        places = [sum(map(ord, value)) % partitions for value in every[column].to_pylist()]
        shares = [[row for row, place in enumerate(places) if place == one] for one in range(partitions)]
        return ArrowFrame([every.take(pa.array(rows, pa.int64())) for rows in shares], every.schema)

    def filter(self, said):
        """The rows that have a part, or have none."""
        kept = {"part IS NULL": pc.is_null, "part IS NOT NULL": pc.is_valid}[said]
        return ArrowFrame([table.filter(kept(table["part"])) for table in self.partitions])

    def select(self, *columns):
        """Some columns."""
        return ArrowFrame([table.select([*columns]) for table in self.partitions])

    def persist(self):
        """It is there already."""
        return self

    def unpersist(self):
        """It stays there."""
        return self

    def collect(self):
        """Its rows."""
        return [SimpleNamespace(**row) for row in self.toArrow().to_pylist()]


def frame_of(table, partitions=3):
    """A table in so many partitions, one after the other."""
    size = -(-table.num_rows // partitions)
    return ArrowFrame([table.slice(one * size, size) for one in range(partitions)])
