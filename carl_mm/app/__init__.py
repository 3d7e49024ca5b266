"""The web page of tools/app.py; needs gradio."""
