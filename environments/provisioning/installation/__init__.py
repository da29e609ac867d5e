"""How a product gets onto its machine: a command document of Systems Manager, made from the answers and the files beside this.

`packs.py` knows the products, `settings.py` writes their deployment.toml, `install.sh` and `console.sh` do the work on the
machine, and `document.py` puts these together. No secret is in a document: the machine reads them itself.
"""
