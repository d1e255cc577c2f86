"""A clock that moves when it is told to."""


class Clock:
    def __init__(self, moment: float = 1_750_000_000.0) -> None:
        self.moment = moment

    def __call__(self) -> float:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += seconds
