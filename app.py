"""Start the web page: python app.py, then open http://127.0.0.1:7860."""

from workbench.cli import main

if __name__ == "__main__":
    main(["serve"])
