"""The web page of tools/app.py; needs fastapi and uvicorn."""
