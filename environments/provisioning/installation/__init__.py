"""How a product gets onto its machine: a command document of Systems Manager, made from the answers and the files beside this.

`packs.py` knows the products, `settings.py` writes their deployment.toml, `time_servers.py` says which clocks are followed,
`install.sh` and `console.sh` do the work on the machine, and `document.py` puts these together. No secret is in a document: the
machine reads them itself. `first_boot.py` is what comes before all that, and lets the machine be reached.
"""
