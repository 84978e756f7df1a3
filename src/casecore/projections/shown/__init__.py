"""What is shown of a desk, its policy, its cases, its answers, and of what people look at: one writer for each class.

A class names its writer (`shown_by`, see `kernel/shown.py`), which is loaded when somebody looks. Each says a title,
what there is to say in sentences, and tables; `reports/shown/forms.py` makes every form of it.
"""
