"""Requirements, commands and citation agree with one another."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

import carl_mm

ROOT = Path(__file__).parents[1]


def requirements(name):
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    names = [re.match(r'[\w.-]+', line) for line in lines if line]
    return {re.sub(r'[-_.]+', '-', found[0]).lower() for found in names if found}


@pytest.mark.parametrize('name', ['runtime', 'optional', 'tests', 'docs'])
def test_the_lock_file_holds_every_requirement(name):
    assert requirements(name) <= requirements('lock')


def test_both_opencvs_have_the_same_bounds_and_numpy_an_upper_one():
    """They share a folder: of two versions one overwrites parts of the other."""
    lines = (ROOT / 'requirements' / 'runtime.txt').read_text().splitlines()
    found = {re.split('[>=<]', line)[0]: line for line in lines}
    plain, more = (found[f'opencv-{kind}python'] for kind in ('', 'contrib-'))
    assert plain.removeprefix('opencv-') == more.removeprefix('opencv-contrib-')
    assert '<' in plain and '<' in found['numpy']
    lock = (ROOT / 'requirements' / 'lock.txt').read_text()
    pinned = re.findall(r'^opencv-(?:contrib-)?python==(\S+)', lock, re.MULTILINE)
    assert len(pinned) == 2 and len(set(pinned)) == 1


def test_pages_tell_one_size_of_an_environment():
    said = [
        re.search(r'about (\d+) GB of disk', (ROOT / name).read_text())[1]
        for name in ('README.md', 'docs/get_started.md')
    ]
    measured = re.search(
        r'\((\S+) GB by `du', (ROOT / 'docs' / 'get_started.md').read_text()
    )
    assert said == [str(round(float(measured[1])))] * 2


def test_the_lock_file_is_exact():
    lines = (ROOT / 'requirements' / 'lock.txt').read_text().splitlines()
    assert all(re.fullmatch(r'#.*|[\w.-]+==[\w.+]+', line) for line in lines)


def make_targets():
    done = subprocess.run(
        ['make', '--no-print-directory', 'help'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(re.findall(r'^make (\S+) +\S', done.stdout, re.MULTILINE))


def test_make_help_lists_every_command():
    (line,) = re.findall(r'^\.PHONY: (.+)', (ROOT / 'Makefile').read_text(), re.M)
    assert make_targets() == set(line.split())


def test_commands_that_pages_name_exist():
    known = make_targets()
    pages = [*ROOT.glob('*.md'), *(ROOT / 'docs').glob('*.md')]
    for page in pages:
        named = set(re.findall(r'`make ([a-z-]+)', page.read_text()))
        assert named <= known, page.name


def test_the_hosted_workflow_runs_what_ci_runs():
    ours = re.findall(r'^make (\S+)', (ROOT / '.ci' / 'run').read_text(), re.MULTILINE)
    workflow = yaml.safe_load((ROOT / '.github/workflows/ci.yml').read_text())
    jobs = [job['steps'] for job in workflow['jobs'].values()]
    theirs = [step['run'] for steps in jobs for step in steps if 'run' in step]
    assert set(theirs) == {f'make {target}' for target in ours}
    for steps in jobs:
        assert [step['run'] for step in steps if 'run' in step][0] == 'make env'


def test_an_image_holds_all_that_a_wheel_is_made_of():
    kept = re.findall(r'^!(.+)', (ROOT / '.dockerignore').read_text(), re.MULTILINE)
    manifest = (ROOT / 'MANIFEST.in').read_text()
    named = re.findall(r'^(?:recursive-)?include (\S+)', manifest, re.MULTILINE)
    assert {'carl_mm', 'setup.py', 'pyproject.toml', 'README.md', *named} <= set(kept)
    assert all((ROOT / name).exists() for name in kept)


def test_compose_builds_with_arguments_that_the_dockerfile_has():
    text = (ROOT / 'Dockerfile').read_text()
    page = yaml.safe_load((ROOT / 'compose.yaml').read_text())['services']['page']
    known = dict(re.findall(r'^ARG (\w+)=(\S+)', text, re.MULTILINE))
    for name, value in page['build']['args'].items():
        assert value == f'${{{name}:-{known[name]}}}'
    (port,) = page['ports']
    assert port.startswith('127.0.0.1:')  # not the network, unless one wants that
    assert f'EXPOSE {port.rpartition(":")[2]}' in text
    assert f'"--port", "{port.rpartition(":")[2]}"]' in text


def test_the_image_runs_a_user_and_its_health_is_asked_for():
    lines = (ROOT / 'Dockerfile').read_text().splitlines()
    users = [line for line in lines if line.startswith('USER ')]
    assert users == ['USER ${USER_ID}:${GROUP_ID}']
    (health,) = [line for line in lines if line.startswith('HEALTHCHECK ')]
    program, option, code = json.loads(health.partition(' CMD ')[2])
    assert (program, option) == ('python', '-c')
    compile(code, 'healthcheck', 'exec')


def test_pre_commit_runs_make_lint():
    settings = yaml.safe_load((ROOT / '.pre-commit-config.yaml').read_text())
    (repository,) = settings['repos']
    assert [hook['entry'] for hook in repository['hooks']] == ['make lint']


def test_the_citation_names_this_version():
    citation = yaml.safe_load((ROOT / 'CITATION.cff').read_text())
    assert citation['version'] == carl_mm.__version__
    assert citation['license'] == 'Apache-2.0'


def test_modules_in_the_changelog_are_where_it_says():
    text = (ROOT / 'CHANGELOG.md').read_text()
    rows = re.findall(r'^\| (`[\w.]+`) \| (.+) \|$', text, re.MULTILINE)
    assert len(rows) > 100
    for _, now in rows:
        for name in re.findall(r'`([\w.]+)`', now):
            path = ROOT / 'carl_mm' / name.replace('.', '/')
            assert path.with_suffix('.py').is_file(), name


def test_the_model_index_lists_configs_with_the_papers_targets():
    """As mim reads it; every figure stands in configs/README.md, too."""
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    page = (ROOT / 'configs' / 'README.md').read_text()
    for name in index['Import']:
        metafile = yaml.safe_load((ROOT / name).read_text())
        collections = {part['Name'] for part in metafile['Collections']}
        for model in metafile['Models']:
            assert (ROOT / model['Config']).is_file(), model['Name']
            assert Path(model['Config']).stem == model['Name']
            assert model['In Collection'] in collections
            assert 'not measured' in model['Metadata']['Figures']
            assert 'Weights' not in model
            (results,) = model['Results']
            assert all("the paper's" in key for key in results['Metrics'])
            figures = [f'{value:.10g}' for value in results['Metrics'].values()]
            rows = [line for line in page.splitlines() if f'{model["Name"]}.py' in line]
            padded = [re.sub(r'(\.\d+?)0+\b', r'\1', row) for row in rows]
            assert any(all(x in row for x in figures) for row in padded), model['Name']
