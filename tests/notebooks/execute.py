"""Execute `notebooks/tour.ipynb` anew and write its outputs into it: `python -m tests.notebooks.execute`.

Nothing of the machine that does it is kept: no times, no paths, no version of Python.
"""

from pathlib import Path

TOUR = Path(__file__).parents[2] / "notebooks" / "tour.ipynb"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def executed(path=TOUR):
    """A notebook with the outputs of its cells, in order; the one in the file is left as it is."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(book, kernel_name=KERNEL["name"], timeout=300, record_timing=False).execute()
    for cell in book.cells:
        if cell.cell_type == "code":  # what told how far a check was says nothing any more
            cell.outputs = [output for output in cell.outputs if output.get("data") != {"text/plain": ""}]
    book.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    nbformat.validate(book)
    return book


def main():
    """Write it."""
    import nbformat

    nbformat.write(executed(), TOUR)


if __name__ == "__main__":
    main()
