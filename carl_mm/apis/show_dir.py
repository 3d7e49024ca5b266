"""Where the pictures of an evaluation go."""

from mmengine.config import Config


def show_in(cfg: Config, folder: str) -> None:
    """Draw the pictures of an evaluation into a folder of the user's choice.

    Args:
        cfg: The whole config; changed in place.
        folder: Where a folder ``vis_image`` with the pictures is written.
    """
    from carl_mm.apis.config_paths import class_name

    # Parts are changed in place: unpacked, the names of classes would become classes,
    # which cannot be written as text.
    if not cfg.get('default_hooks'):
        cfg.default_hooks = {}
    if not cfg.default_hooks.get('visualization'):
        cfg.default_hooks.visualization = {'type': 'AlignmentVisualizationHook'}
    cfg.default_hooks.visualization.enable = True
    if not cfg.get('visualizer'):
        cfg.visualizer = {'type': 'Visualizer'}
    known = cfg.visualizer.get('vis_backends') or []
    others = [part for part in known if class_name(part) != 'LocalVisBackend']
    backend = {'type': 'LocalVisBackend', 'save_dir': folder}
    cfg.visualizer.vis_backends = [*others, backend]
