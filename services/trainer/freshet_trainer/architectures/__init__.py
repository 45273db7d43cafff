"""How models are built: one file each, all behind one contract.

Each file has `build(setting) -> Towers`, and `RECIPE`, how it is trained.
"""
