"""Where the pictures of an evaluation go."""

from mmengine.config import Config


def show_in(cfg: Config, folder: str) -> None:
    """Draw the pictures of an evaluation into a folder of the user's choice.

    Args:
        cfg: The whole config; changed in place.
        folder: Where a folder ``vis_image`` with the pictures is written.
    """
    from carl_mm.apis.config_paths import class_name

    hooks = cfg.get('default_hooks') or {}
    drawing = hooks.get('visualization') or {'type': 'AlignmentVisualizationHook'}
    cfg.default_hooks = {**hooks, 'visualization': {**drawing, 'enable': True}}
    visualizer = cfg.get('visualizer') or {'type': 'Visualizer'}
    known = visualizer.get('vis_backends') or []
    others = [part for part in known if class_name(part) != 'LocalVisBackend']
    backend = {'type': 'LocalVisBackend', 'save_dir': folder}
    cfg.visualizer = {**visualizer, 'vis_backends': [*others, backend]}
