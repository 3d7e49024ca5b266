"""An application of some routes, for clients in the same process."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient


def client_of(*routers):
    app = FastAPI()
    for router in routers:
        app.include_router(router)

    @app.exception_handler(ValueError)
    def refuse(_, error):
        return JSONResponse({'detail': f'{error}'}, 400)

    return TestClient(app)
