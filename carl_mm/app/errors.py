"""Errors that people can act on, answered as one line."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from carl_mm.apis.cli import describe
from carl_mm.quoting import clip


def add_error_answers(app: FastAPI) -> None:
    """Answer a ``ValueError``, an ``OSError`` and a bad body by ``{'detail': line}``.

    Any other error is one of the server: status 500, the traceback in its log alone.
    """

    @app.exception_handler(RequestValidationError)
    async def bad_request(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            f'{".".join(map(str, each["loc"]))}: {each["msg"]}'
            for each in error.errors()
        ]
        return JSONResponse({'detail': clip('; '.join(problems), 500)}, 422)

    @app.exception_handler(ValueError)
    @app.exception_handler(OSError)
    async def refused(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({'detail': describe(error)}, 400)
