"""The random second look: periods and their seeds, the frozen list, the draw, who looks, and what they say.

``periods`` keeps the calendar and runs a draw, ``freezing`` writes down what could be drawn, ``drawing`` reveals the
seed and draws, ``reviewers`` says who may look, ``answering`` takes their word, ``desk`` shows it to them, and
``published`` tells everyone. The draw itself is arithmetic and stands in ``evidence.second_look``.
"""
