"""What requests bring, and how much of it."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StrictBool,
    StrictInt,
    StrictStr,
)

MAX_VIDEOS = 100_000
MAX_ROWS = 20_000  # of one video
MAX_FRAMES = 2**31

Name = Annotated[StrictStr, Field(min_length=1, max_length=4096)]
Names = Annotated[list[Name], Field(max_length=MAX_VIDEOS)]
Frame = Annotated[StrictInt, Field(ge=0, le=MAX_FRAMES)]
Phase = Annotated[StrictStr, Field(max_length=1000)]  # see `name_problem`
# Signs and ends of frames are checked with all other problems of the rows at once.
Row = tuple[StrictInt, StrictInt, Phase]
Speed = Annotated[float, Field(ge=0.05, le=20, allow_inf_nan=False)]


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]  # of a picture


class Body(BaseModel):
    """A JSON object without any other fields."""

    model_config = ConfigDict(extra='forbid')


class AlignBody(Body):
    """Two videos to align."""

    a: Name
    b: Name
    method: Literal['posterior', 'dtw', 'nearest'] = 'posterior'


class VideoBody(Body):
    """One video."""

    video: Name


class FindBody(Body):
    """A frame, or a segment, to find in other videos."""

    video: Name
    first: Frame
    last: Frame
    count: Annotated[StrictInt, Field(ge=1, le=100)] = 12
    gap_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 0.5


class VideosBody(Body):
    """Some videos; None means all."""

    videos: Names | None = None


class DeviationsBody(Body):
    """A video to judge, and the good ones; None chooses them."""

    video: Name
    references: Annotated[list[Name], Field(max_length=1000)] | None = None


class RowsBody(Body):
    """Rows of a video, and the revision of those they take the place of."""

    video: Name
    rows: Annotated[list[Row], Field(max_length=MAX_ROWS)]
    revision: Annotated[StrictInt, Field(ge=0, le=2**53)]


class RenameBody(Body):
    """A phase and its new name."""

    old: Phase
    new: Phase


class ExportBody(Body):
    """A video to write: of one (a), of two in step, or of many."""

    kind: Literal['single', 'pair', 'grid']
    a: Name | None = None
    b: Name | None = None
    videos: Names | None = None
    view: Literal['beside', 'ghost'] = 'beside'
    height: Annotated[StrictInt, Field(ge=16, le=4320)] | None = None
    crop: Literal['none', 'subject'] | tuple[Share, Share, Share, Share] = 'none'
    speed: Speed = 1.0
    labels: StrictBool = False


class ModelBody(Body):
    """A model of the project."""

    name: Name


class Choices(RootModel[dict[Annotated[str, Field(max_length=100)], Any]]):
    """What the page keeps, by name; None forgets it."""
