"""Install carl_mm; `requirements/` holds the bounds, `lock.txt` the tested set."""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


def read_requirements(name: str) -> list[str]:
    """Return the lines of a requirements file that name a package."""
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    return [line for line in lines if line and not line.startswith(('#', '-r'))]


class BuildWithMim(build_py):
    """Put configs, tools and the model index beside the modules, where mim looks."""

    def run(self) -> None:
        """Build, and copy."""
        super().run()
        if self.editable_mode:
            return  # a tree's own are in the tree
        target = Path(self.build_lib) / 'carl_mm' / '.mim'
        shutil.rmtree(target, ignore_errors=True)
        for folder in ('configs', 'tools'):
            unwanted = shutil.ignore_patterns('__pycache__', '*.pyc')
            shutil.copytree(ROOT / folder, target / folder, ignore=unwanted)
        shutil.copy(ROOT / 'model-index.yml', target)


version = re.search(
    r"__version__ = '(.+)'", (ROOT / 'carl_mm' / '__init__.py').read_text()
)
optional = read_requirements('optional')
setup(
    name='carl_mm',
    version=version.group(1),
    description='Frame-wise, self-supervised video representations for mmaction2',
    long_description=(ROOT / 'README.md').read_text(),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    python_requires='>=3.10,<3.14',
    cmdclass={'build_py': BuildWithMim},
    packages=find_packages(include=['carl_mm', 'carl_mm.*']),
    package_data={'carl_mm': ['py.typed', 'app/static/**/*']},
    entry_points={'console_scripts': ['carl-mm = carl_mm.apis.command:main']},
    install_requires=read_requirements('runtime'),
    extras_require={
        'optional': optional,
        'app': read_requirements('app'),
        'tests': [*optional, *read_requirements('tests')],
        'docs': [*optional, *read_requirements('docs')],
    },
)
