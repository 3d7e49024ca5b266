"""What an export has written, as mmaction2 reads it."""

from mmaction.datasets import ActivityNetDataset

READ = [
    dict(type='LoadLocalizationFeature'),
    dict(type='GenerateLocalizationLabels'),
    dict(type='PackLocalizationInputs', keys=('gt_bbox',)),
]


def times(folder):
    files = (folder / 'out' / 'features').iterdir()
    return {file.name: file.stat().st_mtime_ns for file in files}


def read_back(folder, name, pipeline=READ):
    return ActivityNetDataset(
        f'anet_anno_{name}.json',
        data_root=str(folder / 'out'),
        data_prefix=dict(video='features'),
        pipeline=pipeline,
        serialize_data=False,  # which collects garbage for a quarter of a second
    )
