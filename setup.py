"""Install carl_mm; `requirements/` holds the bounds, `lock.txt` the tested set."""

import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent


def read_requirements(name: str) -> list[str]:
    """Return the lines of a requirements file that name a package."""
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    return [line for line in lines if line and not line.startswith(('#', '-r'))]


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
    packages=find_packages(include=['carl_mm', 'carl_mm.*']),
    package_data={'carl_mm': ['py.typed', 'app/static/*']},
    install_requires=read_requirements('runtime'),
    extras_require={
        'optional': optional,
        'tests': [*optional, *read_requirements('tests')],
        'docs': [*optional, *read_requirements('docs')],
    },
)
