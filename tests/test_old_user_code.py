"""What users wrote and saved before the folders by purpose still works."""

import importlib
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest

from carl_mm.apis import (
    FrameIndex,
    FramewiseInferencer,
    PhaseLabeler,
    VideoEmbedding,
    align,
    deviations,
)
from tests.test_registration import run
from tests.tools.processes import python_tool
from tests.tools.processes import run as run_tool

OLD = Path(__file__).parent / 'data' / 'old_files'
EXPECTED = json.loads((OLD / 'expected.json').read_text())

EXPORTED = {
    'apis': """
        Alignment DeviatingSegment DeviationDetector Deviations FrameIndex
        FramewiseInferencer Hit PhaseLabeler PhaseSegment VideoEmbedding align
        align_many deviations
    """,
    'datasets': """
        AnchorPositiveCrop ClipConsistentCenterCrop ClipConsistentFlip
        ClipConsistentPhotometric ClipConsistentResizedCrop ClipVideoDataset
        DecodeClips DecodeViews DrawClipPair DualViewTemporalCrop EvaluationCuts
        FrameStream FramewiseVideoDataset OpenCachedFeatures OpenVideo
        PackFramewiseInputs SameActionBatchSampler SingleViewTemporalCrop
        TakeCachedFeatures TwoSpeedCrop VideoDecodeError WholeCachedFeatures WholeVideo
        open_video
    """,
    'engine': """
        AlignmentVisualizationHook DecodeFailureHook EpochSeedHook FeatureCacheHook
        ProgressBarHook
    """,
    'evaluation': """
        ActionVideos AlignmentError EmbeddedVideo FrameAccuracy FrameRetrieval
        FramewiseMetric KendallsTau LinearClassification PhaseClassification
        PhaseProgression results_table
    """,
    'functional': """
        PhaseProbe alignment_error choose_strengths cosine_dtw cycle_consistency_loss
        detection_map draw_spans draw_triplets dtw event_error fit_phase_probe
        frame_features gap_quantile gaussian_log_prior kendalls_tau
        linear_classification mean_over_time most_likely_segments most_similar
        n_pairs_loss nearest_frame_contrastive_loss nt_xent_loss phase_boundaries
        phase_classification phase_progress phase_progression phase_starts
        precision_at_k relative_time_embedding resample_features rotate
        sample_anchors_and_positives sample_clip_pair sample_one_view sample_two_speeds
        sample_two_views segment_similarities sequence_contrastive_loss shift_hue
        shuffle_and_learn_loss sinusoidal_code sinusoidal_positions soft_dtw
        speediness_loss spread_in_time with_change
    """,
    'models': """
        AlignmentInTimeLoss ClipContrastiveHead ClipLinearHead ClipRecognizer
        ControlEmbeddings CycleConsistencyLoss DiscriminativeDTWLoss EfficientNetLite0
        FrameBatch FramewiseClassificationHead FramewiseDataPreprocessor
        FramewiseLossHead FramewiseMLP FramewiseRecognizer GlobalAlignmentLoss
        NPairsLoss NTXentLoss NearestFrameContrastiveLoss PhotometricAugmentation
        SequenceContrastiveHead SequenceContrastiveLoss ShuffleAndLearnLoss
        SpeedinessLoss TemporalConv3d TemporalTransformer TimmViT
    """,
    'visualization': """
        alignment_figure embedding_figure figure_to_image loss_figure metrics_figure
        phase_colors phase_timeline_figure retrieval_figure similarity_figure
        write_aligned_video
    """,
}
REGISTERED = {
    'DATASETS': 'ClipVideoDataset FramewiseVideoDataset',
    'DATA_SAMPLERS': 'SameActionBatchSampler',
    'HOOKS': EXPORTED['engine'],
    'METRICS': """
        AlignmentError FrameAccuracy FrameRetrieval KendallsTau LinearClassification
        PhaseClassification PhaseProgression
    """,
    'MODELS': """
        AlignmentInTimeLoss ClipContrastiveHead ClipLinearHead ClipRecognizer
        CycleConsistencyLoss DiscriminativeDTWLoss EfficientNetLite0
        FramewiseClassificationHead FramewiseDataPreprocessor FramewiseLossHead
        FramewiseMLP FramewiseRecognizer GlobalAlignmentLoss NPairsLoss NTXentLoss
        NearestFrameContrastiveLoss SequenceContrastiveHead SequenceContrastiveLoss
        ShuffleAndLearnLoss SpeedinessLoss TemporalConv3d TemporalTransformer TimmViT
    """,
    'OPTIM_WRAPPERS': 'AutocastOptimWrapper',
    'TRANSFORMS': """
        AnchorPositiveCrop ClipConsistentCenterCrop ClipConsistentFlip
        ClipConsistentPhotometric ClipConsistentResizedCrop DecodeClips DecodeViews
        DrawClipPair DualViewTemporalCrop EvaluationCuts OpenCachedFeatures OpenVideo
        PackFramewiseInputs SingleViewTemporalCrop TakeCachedFeatures TwoSpeedCrop
        WholeCachedFeatures WholeVideo
    """,
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the old files, in which the user stands."""
    shutil.copytree(OLD, tmp_path / 'old')
    monkeypatch.chdir(tmp_path / 'old')
    return tmp_path / 'old'


@pytest.fixture(scope='module')
def videos():
    """The old embeddings by their names."""
    files = sorted((OLD / 'embeddings').iterdir())
    return {file.stem: VideoEmbedding.load(file) for file in files}


@pytest.mark.parametrize('package', EXPORTED)
def test_every_exported_name_is_there(package):
    module = importlib.import_module(f'carl_mm.{package}')
    for name in EXPORTED[package].split():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            getattr(module, name)
        deprecated = [w for w in caught if w.category is DeprecationWarning]
        assert bool(deprecated) == (name not in module.__all__), name


def test_every_registered_name_is_there():
    names = {kind: text.split() for kind, text in REGISTERED.items()}
    run(
        'import carl_mm\n'
        'from mmaction import registry\n'
        f'for kind, names in {names!r}.items():\n'
        '    for name in names:\n'
        '        found = getattr(registry, kind).get(name)\n'
        "        assert found.__module__.startswith('carl_mm.'), name"
    )


def test_a_text_config_and_a_checkpoint_give_the_old_figures(folder):
    """All types are registered names; carl_mm is among the custom imports."""
    config, checkpoint = folder / 'work' / 'config.py', folder / 'work' / 'epoch_1.pth'
    run_tool(*python_tool('test'), config, checkpoint, '--out', 'new.json', cwd=folder)
    old = json.loads((OLD / 'metrics.json').read_text())
    new = json.loads((folder / 'new.json').read_text())
    assert old.keys() <= new.keys()
    added = new.keys() - old.keys()
    errors = ('dtw', 'open', 'posterior')
    news = (*(f'event_error_{kind}' for kind in errors), '_centred')
    assert all(any(new in key for new in news) for key in added), added
    assert len(old) > 20
    for key in old:
        assert new[key] == pytest.approx(old[key], rel=1e-3, abs=1e-3), key


def test_training_is_resumed_from_an_old_checkpoint(folder):
    """The optimizer's state fits, too."""
    options = ['--no-validate', '--resume', '--accept-changes', '--cfg-options']
    options.append('train_cfg.max_epochs=2')
    run_tool(*python_tool('train'), folder / 'work' / 'config.py', *options, cwd=folder)
    assert (folder / 'work' / 'epoch_2.pth').is_file()


def test_a_checkpoint_embeds_as_before(folder, videos):
    inferencer = FramewiseInferencer('work', device='cpu')
    assert inferencer.provenance == EXPECTED['provenance']
    for name, old in videos.items():
        new = inferencer(f'videos/{name}.mp4')
        assert (new.filename, new.fps) == (old.filename, old.fps)
        np.testing.assert_array_equal(new.timestamps, old.timestamps)
        np.testing.assert_allclose(new.embeddings, old.embeddings, atol=1e-4)
        np.testing.assert_allclose(new.frame_features, old.frame_features, atol=1e-4)


def test_old_embeddings_are_aligned_as_before(videos):
    found = align(videos['a'], videos['b'], method='dtw')
    assert found.path.tolist() == EXPECTED['path']


def test_old_embeddings_stray_as_before(videos):
    found = deviations([videos['a'], videos['b']], videos['c'])
    np.testing.assert_allclose(found.scores, EXPECTED['deviations'], rtol=1e-6)


def test_an_old_labeller_labels_as_before(videos):
    labeler = PhaseLabeler.load(OLD / 'labeler.npz')
    segments = [vars(segment) for segment in labeler.predict(videos['c'])]
    assert len(segments) == len(EXPECTED['segments']) == 2
    for segment, expected in zip(segments, EXPECTED['segments'], strict=True):
        assert segment == pytest.approx(expected)


def test_an_old_index_finds_as_before():
    hits = FrameIndex.load(OLD / 'index.npz').query('videos/a.mp4', 5, k=4)
    for hit, expected in zip(hits, EXPECTED['hits'], strict=True):
        assert vars(hit) == pytest.approx(expected)


def test_old_calls_still_work(videos):
    from carl_mm.apis import DeviationDetector

    with pytest.warns(DeprecationWarning, match='call `align` for each'):
        from carl_mm.apis import align_many
    (found,) = align_many(videos['a'], [videos['b']])
    assert found.path.tolist() == EXPECTED['path']
    detector = DeviationDetector([videos['a'], videos['b']], 0.9)
    scores = detector(videos['c']).scores
    np.testing.assert_allclose(scores, EXPECTED['deviations'], rtol=1e-6)
