import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import normalize

from carl_mm.functional import gaussian_log_prior, sequence_contrastive_loss

SEEDS = range(4)
NEGATIVES = ('video', 'batch')


@pytest.fixture(scope='module', autouse=True)
def one_thread():
    """Threads that wait for each other cost seconds on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def make_views(seed=0, batch=3, length=6, dim=5, padded=True, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    shape = (batch, length, dim)
    emb_a, emb_b = (
        normalize(torch.randn(shape, generator=generator, dtype=dtype), dim=2)
        for _ in range(2)
    )
    inds_a, inds_b = (
        torch.randperm(12, generator=generator)[:length].sort().values.repeat(batch, 1)
        + torch.randint(0, 3, (batch, 1), generator=generator)
        for _ in range(2)
    )
    valid_a = torch.ones(batch, length, dtype=torch.bool)
    valid_b = valid_a.clone()
    if padded:
        for video in range(batch):
            valid_a[video, length - video % length :] = False
            valid_b[video, length - (2 * video + 1) % length :] = False
    return emb_a, emb_b, inds_a, inds_b, valid_a, valid_b


def loss_by_loops(*views, eps=1e-6, **options):
    """Mean over all queries of both views; those without a candidate are left out."""
    a, b = views[::2], views[1::2]  # embeddings, frame numbers, validity
    divergences = []
    for query, other in ((a, b), (b, a)):
        for n in range(len(query[0])):
            for i in range(len(query[0][n])):
                if query[2][n, i] and other[2][n].any():
                    weights, probabilities = match(query, other, n, i, **options)
                    divergence = 0.0
                    for w, p in zip(weights, probabilities, strict=True):
                        if w > 0:
                            divergence += w * (math.log(w) - math.log(p + eps))
                    divergences.append(divergence)
    return sum(divergences) / len(divergences)


def match(query, other, n, i, variance=10.0, temperature=0.1, negatives='video'):
    """Prior and softmax of frame ``i`` of video ``n`` over the other view's frames."""

    def exp_similarity(frame):
        own = query[0][n, i].tolist()
        dot = sum(x * y for x, y in zip(own, frame.tolist(), strict=True))
        return math.exp(dot / temperature)

    emb, inds, valid = other
    gauss, similar = [], []
    for j in range(len(emb[n])):
        if valid[n, j]:
            gap = float(query[1][n, i]) - float(inds[n, j])
            gauss.append(math.exp(-(gap**2) / (2 * variance)))
            similar.append(exp_similarity(emb[n, j]))
    denominator = sum(similar)
    for z, _, ok in (query, other) if negatives == 'batch' else ():
        for video in range(len(z)):
            for k in range(len(z[video])):
                if video != n and ok[video, k]:
                    denominator += exp_similarity(z[video, k])
    return [g / sum(gauss) for g in gauss], [s / denominator for s in similar]


def test_without_width_it_is_the_contrastive_baseline():
    """Table 13: cross-entropy with the nearest frame of the other view."""
    embeddings = [normalize(torch.randn(2, 6, 5).double(), dim=-1) for _ in range(2)]
    inds = torch.tensor([[0, 3, 5, 9, 14, 20], [1, 2, 4, 8, 16, 32]])
    other = torch.tensor([[1, 2, 7, 8, 15, 40], [0, 5, 6, 9, 15, 31]])
    valid = torch.ones(2, 6, dtype=torch.bool)
    losses = []
    for (a, s), (b, t) in (
        (pair, pair[::-1])[flip]
        for pair in [((embeddings[0], inds), (embeddings[1], other))]
        for flip in (0, 1)
    ):
        for n in range(2):
            for i in range(6):
                gaps = [abs(int(s[n, i] - t[n, j])) for j in range(6)]
                nearest = [j for j in range(6) if gaps[j] == min(gaps)]
                logits = torch.stack([a[n, i] @ b[n, j] / 0.1 for j in range(6)])
                log_p = logits.log_softmax(0)[nearest]
                losses.append(-log_p.mean() - math.log(len(nearest)))
    options = {'variance': 1e-3, 'eps': 0}
    result = sequence_contrastive_loss(
        *embeddings, inds, other, valid, valid, **options
    )
    torch.testing.assert_close(result, torch.stack(losses).mean())


@pytest.mark.parametrize('seed', SEEDS)
@pytest.mark.parametrize('negatives', NEGATIVES)
@pytest.mark.parametrize('padded', [False, True])
def test_equals_the_loops(seed, negatives, padded):
    views = make_views(seed, padded=padded)
    options = {
        'negatives': negatives,
        'variance': (10.0, 2.5, 40.0, 0.7)[seed],
        'temperature': (0.1, 1.0, 0.3, 0.2)[seed],
        'eps': (1e-6, 1e-3, 1e-9, 1e-2)[seed],
    }
    loss = sequence_contrastive_loss(*views, **options)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(loss_by_loops(*views, **options), abs=1e-9)


def test_published_settings_are_the_default():
    views = make_views(7)
    loss = sequence_contrastive_loss(*views)
    assert loss.item() == pytest.approx(loss_by_loops(*views), abs=1e-9)


@pytest.mark.parametrize('seed', SEEDS)
def test_is_half_of_the_papers_sum_less_the_entropy(seed):
    emb_a, emb_b, inds_a, inds_b, *valid = make_views(seed, padded=False)

    def sides(z, z_other, s, s_other):
        """Eq. 1 to 3 and the mean entropy of the prior, over all videos."""
        loss = entropy = 0.0
        for n in range(len(z)):
            for i in range(len(z[n])):
                cosine = [
                    float(z[n, i] @ u / (z[n, i].norm() * u.norm())) for u in z_other[n]
                ]
                exps = [math.exp(c / 0.1) for c in cosine]
                gauss = [
                    math.exp(-(float(s[n, i] - t) ** 2) / 20) / math.sqrt(20 * math.pi)
                    for t in s_other[n]
                ]
                for e, g in zip(exps, gauss, strict=True):
                    w = g / sum(gauss)
                    loss -= w * math.log(e / sum(exps))
                    entropy -= w * math.log(w)
        count = z.shape[0] * z.shape[1]
        return loss / count, entropy / count

    loss_1, entropy_1 = sides(emb_a, emb_b, inds_a, inds_b)
    loss_2, entropy_2 = sides(emb_b, emb_a, inds_b, inds_a)
    expected = (loss_1 + loss_2) / 2 - (entropy_1 + entropy_2) / 2
    loss = sequence_contrastive_loss(emb_a, emb_b, inds_a, inds_b, *valid, eps=1e-15)
    assert loss.item() == pytest.approx(expected, abs=1e-9)


def orthonormal_pair(batch):
    """Videos of two frames, all embeddings orthogonal; both views alike."""
    emb = torch.eye(2 * batch, dtype=torch.float64).view(batch, 2, -1)
    inds = torch.tensor([[0, 1]]).repeat(batch, 1)
    valid = torch.ones(batch, 2, dtype=torch.bool)
    return emb, emb, inds, inds, valid, valid


def test_by_hand():
    # The prior halves in one frame: w = 2/3, 1/3; similarities exp to 4 and 1.
    options = {
        'variance': 1 / (2 * math.log(2)),
        'temperature': 1 / math.log(4),
        'eps': 1e-15,
    }
    loss = sequence_contrastive_loss(*orthonormal_pair(1), **options)
    # 2/3 log(2/3 / (4/5)) + 1/3 log(1/3 / (1/5))
    assert loss.item() == pytest.approx(0.0487275, abs=1e-6)
    loss = sequence_contrastive_loss(*orthonormal_pair(2), **options, negatives='batch')
    # Four more frames of similarity exp(0): denominators 4 + 1 + 4 = 9.
    assert loss.item() == pytest.approx(0.6365142, abs=1e-6)


def test_one_frame():
    views = make_views(length=1, padded=False)
    loss = sequence_contrastive_loss(*views, eps=1e-3)
    assert loss.item() == pytest.approx(-math.log(1 + 1e-3))
    # The only candidate has all of the prior, however far away it is.
    emb_a, emb_b, inds_a, inds_b, *valid = views
    far = sequence_contrastive_loss(emb_a, emb_b, inds_a, inds_b + 10**6, *valid)
    assert far.item() == pytest.approx(-1e-6, abs=1e-9)


def test_one_video_has_no_other_videos():
    views = make_views(batch=1)
    video, batch = (sequence_contrastive_loss(*views, negatives=n) for n in NEGATIVES)
    assert video.item() == pytest.approx(batch.item(), abs=1e-12)


@settings(deadline=None, max_examples=10)
@given(
    seed=st.integers(0, 10**6),
    batch=st.integers(1, 4),
    length=st.integers(1, 7),
    padded=st.booleans(),
    negatives=st.sampled_from(NEGATIVES),
    shift=st.integers(-50, 50),
)
def test_properties(seed, batch, length, padded, negatives, shift):
    views = make_views(seed, batch, length, padded=padded)
    valid_a, valid_b = views[4:]
    valid_a[:, 0] = valid_b[:, 0] = True
    emb_a, emb_b, inds_a, inds_b, _, _ = views
    loss = sequence_contrastive_loss(*views, negatives=negatives).item()
    assert loss >= -1e-5

    def same(*other):
        value = sequence_contrastive_loss(*other, negatives=negatives).item()
        assert value == pytest.approx(loss, abs=1e-9)

    same(emb_b, emb_a, inds_b, inds_a, valid_b, valid_a)
    same(emb_a, emb_b, inds_a + shift, inds_b + shift, valid_a, valid_b)
    generator = torch.Generator().manual_seed(seed)
    videos = torch.randperm(batch, generator=generator)
    same(*(tensor[videos] for tensor in views))
    frames = torch.randperm(length, generator=generator)
    same(*(tensor[:, frames] for tensor in views))
    more = sequence_contrastive_loss(*views, negatives='batch').item()
    assert more >= sequence_contrastive_loss(*views, negatives='video').item() - 1e-9


@pytest.mark.parametrize('negatives', NEGATIVES)
def test_padding_does_not_count(negatives):
    views = make_views(2, padded=False)
    loss = sequence_contrastive_loss(*views, negatives=negatives)
    emb_a, emb_b, inds_a, inds_b, valid_a, valid_b = views
    pad = normalize(torch.ones(3, 2, 5, dtype=torch.float64), dim=2)
    no = torch.zeros(3, 2, dtype=torch.bool)
    longer = (
        torch.cat([emb_a, pad], 1),
        torch.cat([emb_b, pad], 1),
        torch.cat([inds_a, inds_a[:, -1:].repeat(1, 2)], 1),
        torch.cat([inds_b, inds_b[:, -1:].repeat(1, 2)], 1),
        torch.cat([valid_a, no], 1),
        torch.cat([valid_b, no], 1),
    )
    padded = sequence_contrastive_loss(*longer, negatives=negatives)
    assert padded.item() == pytest.approx(loss.item(), abs=1e-12)


def value_and_gradients(views, negatives):
    emb_a, emb_b, *rest = views
    emb_a, emb_b = emb_a.clone().requires_grad_(), emb_b.clone().requires_grad_()
    loss = sequence_contrastive_loss(emb_a, emb_b, *rest, negatives=negatives)
    return loss.detach(), *torch.autograd.grad(loss, (emb_a, emb_b))


@pytest.mark.parametrize('negatives', NEGATIVES)
@pytest.mark.parametrize('garbage', [math.nan, math.inf, 1e30, -7.0])
@pytest.mark.parametrize('where', ['embeddings', 'inds', 'both'])
def test_invalid_frames_may_hold_anything(negatives, garbage, where):
    views = make_views(1, batch=4)
    views[4][3] = False  # a whole view of padding
    expected = value_and_gradients(views, negatives)
    emb_a, emb_b, inds_a, inds_b, valid_a, valid_b = views
    if where != 'inds':
        emb_a = emb_a.masked_fill(~valid_a.unsqueeze(2), garbage)
        emb_b = emb_b.masked_fill(~valid_b.unsqueeze(2), garbage)
    if where != 'embeddings':
        inds_a = inds_a.double().masked_fill(~valid_a, garbage)
        inds_b = inds_b.double().masked_fill(~valid_b, garbage)
    views = emb_a, emb_b, inds_a, inds_b, valid_a, valid_b
    actual = value_and_gradients(views, negatives)
    for got, wanted in zip(actual, expected, strict=True):
        torch.testing.assert_close(got, wanted, rtol=0, atol=1e-12)
    for gradient, valid in zip(actual[1:], (valid_a, valid_b), strict=True):
        assert not gradient[~valid].any()


def test_a_video_with_one_view_of_padding_is_left_out():
    views = make_views(5, padded=False)
    views[5][2] = False
    without = tuple(tensor[:2] for tensor in views)
    loss = sequence_contrastive_loss(*views)
    assert loss.item() == pytest.approx(
        sequence_contrastive_loss(*without).item(), abs=1e-12
    )
    # The other view's frames are still negatives of the other videos.
    batch = sequence_contrastive_loss(*views, negatives='batch')
    assert batch.item() == pytest.approx(
        loss_by_loops(*views, negatives='batch'), abs=1e-9
    )
    assert batch > sequence_contrastive_loss(*without, negatives='batch')


@pytest.mark.parametrize('negatives', NEGATIVES)
def test_nan_of_a_valid_frame_is_not_hidden(negatives):
    views = make_views(0, padded=False)
    views[0][1, 2, 0] = math.nan
    assert sequence_contrastive_loss(*views, negatives=negatives).isnan()


@pytest.mark.parametrize('negatives', NEGATIVES)
def test_gradient(negatives):
    emb_a, emb_b, *rest = make_views(3, batch=2, length=3, dim=2)

    def loss(a, b):
        return sequence_contrastive_loss(
            a, b, *rest, negatives=negatives, temperature=0.5
        )

    inputs = (emb_a.requires_grad_(), emb_b.requires_grad_())
    assert torch.autograd.gradcheck(loss, inputs)


@pytest.mark.parametrize('negatives', NEGATIVES)
@pytest.mark.parametrize(
    ('dtype', 'tolerance'),
    [
        (torch.bfloat16, 1e-2),
        (torch.float16, 2e-3),
        (torch.float32, 1e-5),
        (torch.float64, 1e-12),
    ],
)
def test_dtype_is_kept(negatives, dtype, tolerance):
    emb_a, emb_b, inds_a, inds_b, *valid = make_views(0, batch=2)
    # Frame numbers beyond what half precision tells apart.
    rest = (inds_a + 5001, inds_b + 5001, *valid)
    emb_a, emb_b = emb_a.to(dtype).requires_grad_(), emb_b.to(dtype)
    loss = sequence_contrastive_loss(emb_a, emb_b, *rest, negatives=negatives)
    exact = sequence_contrastive_loss(
        emb_a.double(), emb_b.double(), *rest, negatives=negatives
    )
    assert loss.dtype == dtype
    assert loss.item() == pytest.approx(exact.item(), rel=tolerance)
    loss.backward()
    assert emb_a.grad.dtype == dtype
    assert emb_a.grad.isfinite().all()


def test_large_logits_stay_finite():
    views = make_views(0, dtype=torch.float32)
    for negatives in NEGATIVES:
        value, *gradients = value_and_gradients(
            (views[0] * 100, views[1] * 100, *views[2:]), negatives
        )
        assert value.isfinite()
        assert all(gradient.isfinite().all() for gradient in gradients)


def test_autocast_does_not_lower_the_precision():
    views = make_views(0, dtype=torch.float32)
    for negatives in NEGATIVES:
        expected = sequence_contrastive_loss(*views, negatives=negatives)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            actual = sequence_contrastive_loss(*views, negatives=negatives)
        torch.testing.assert_close(actual, expected, rtol=1e-5, atol=0)


@pytest.mark.parametrize('negatives', NEGATIVES)
def test_inds_of_any_type(negatives):
    emb_a, emb_b, inds_a, inds_b, *valid = make_views(4)
    losses = [
        sequence_contrastive_loss(
            emb_a, emb_b, inds_a.to(t), inds_b.to(t), *valid, negatives=negatives
        ).item()
        for t in (torch.int64, torch.int32, torch.int16, torch.float32, torch.float64)
    ]
    assert losses == pytest.approx([losses[0]] * len(losses), abs=1e-12)
    half = sequence_contrastive_loss(emb_a, emb_b, inds_a + 0.5, inds_b, *valid)
    expected = loss_by_loops(emb_a, emb_b, inds_a + 0.5, inds_b, *valid)
    assert half.item() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize('negatives', NEGATIVES)
def test_adam_lowers_it_and_orders_the_frames(negatives):
    emb_a, emb_b, _, _, *valid = make_views(0, 2, 10, 8, False, torch.float32)
    inds = torch.arange(0, 100, 10).repeat(2, 1)
    emb_a.requires_grad_()
    emb_b.requires_grad_()
    adam = torch.optim.Adam([emb_a, emb_b], lr=0.1)
    history = []
    for _ in range(20):
        loss = sequence_contrastive_loss(
            normalize(emb_a, dim=2),
            normalize(emb_b, dim=2),
            inds,
            inds,
            *valid,
            negatives=negatives,
        )
        adam.zero_grad()
        loss.backward()
        adam.step()
        history.append(loss.item())
    assert history[-1] < 0.5 * history[0]
    similarity = emb_a.detach() @ emb_b.detach().mT
    assert (similarity.argmax(2) == torch.arange(10)).float().mean() > 0.8


def test_log_prior():
    inds_a, inds_b = torch.tensor([[0, 3, 10]]), torch.tensor([[1, 3]])
    prior = gaussian_log_prior(inds_a, inds_b, 2.0)
    expected = [[[-0.25, -2.25], [-1.0, 0.0], [-20.25, -12.25]]]
    torch.testing.assert_close(prior, torch.tensor(expected))


@pytest.mark.parametrize(
    ('options', 'value'),
    [
        ({'variance': 0.0}, '0.0'),
        ({'variance': -3.5}, '-3.5'),
        ({'temperature': 0.0}, '0.0'),
        ({'temperature': -0.25}, '-0.25'),
        ({'negatives': 'none'}, 'none'),
    ],
)
def test_bad_options(options, value):
    with pytest.raises(ValueError, match=value):
        sequence_contrastive_loss(*make_views(), **options)


@pytest.mark.parametrize('negatives', NEGATIVES)
def test_no_valid_frame(negatives):
    *views, valid_a, valid_b = make_views()
    none = torch.zeros_like(valid_a)
    for a, b in ((none, none), (valid_a, none), (none, valid_b)):
        with pytest.raises(ValueError, match='valid'):
            sequence_contrastive_loss(*views, a, b, negatives=negatives)


@pytest.mark.parametrize(
    ('place', 'change', 'value'),
    [
        (0, lambda t: t[0], r'\(6, 5\)'),
        (1, lambda t: t[..., :4], r'\(3, 6, 4\)'),
        (1, lambda t: t[:2], r'\(2, 6, 5\)'),
        (2, lambda t: t[:, :5], r'\(3, 5\)'),
        (3, lambda t: t[:, :5], r'\(3, 5\)'),
        (4, lambda t: t[:, :1], r'\(3, 1\)'),
        (4, lambda t: t.long(), 'int64'),
        (5, lambda t: t.float(), 'float32'),
    ],
)
def test_bad_tensors(place, change, value):
    views = list(make_views())
    views[place] = change(views[place])
    with pytest.raises(ValueError, match=value):
        sequence_contrastive_loss(*views)
