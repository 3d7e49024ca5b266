"""Ways to save memory and time in a training step change nothing of what it learns."""

import copy

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.optim import build_optim_wrapper
from mmengine.runner.activation_checkpointing import turn_on_activation_checkpointing
from torch.autograd.graph import saved_tensors_hooks

LENGTH, SIZE = 4, 64
WRAPPERS = ['OptimWrapper', 'AutocastOptimWrapper']


def build(frozen_stages=3, with_cp=False, **kwargs):
    torch.manual_seed(0)
    backbone = {
        'type': 'mmpretrain.ResNet',
        'depth': 18,
        'base_channels': 8,
        'frozen_stages': frozen_stages,
        'norm_eval': False,
        'with_cp': with_cp,
    }
    neck = {'type': 'TemporalTransformer', 'in_channels': 64, 'num_frames': LENGTH}
    neck |= {'hidden_channels': 32, 'embed_channels': 16, 'num_heads': 2}
    neck |= {'feedforward_channels': 32, 'num_layers': 1, 'dropout': 0.0}
    return MODELS.build(
        {
            'type': 'FramewiseRecognizer',
            'backbone': backbone,
            'neck': neck,
            'cls_head': {'type': 'SequenceContrastiveHead'},
            **kwargs,
        }
    ).train()


def batch(seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = (1, 2, LENGTH, 3, SIZE, SIZE)
    return {
        'inputs': torch.randn(shape, generator=generator),
        'frame_inds': torch.arange(LENGTH).expand(1, 2, LENGTH),
        'valid': torch.ones(1, 2, LENGTH, dtype=torch.bool),
    }


def gradients(model, data=None):
    model.loss(**(data or batch()))['loss'].backward()
    return gradients_of(model)


def gradients_of(model):
    weights = model.named_parameters()
    return {name: w.grad for name, w in weights if w.grad is not None}


def assert_same_gradients(ours, expected):
    assert ours.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(
            ours[name], gradient, rtol=1e-4, atol=1e-6, msg=lambda m, n=name: n + m
        )


def saved_by(model, data=None):
    """Storages that the forward pass keeps for the backward one, parameters apart."""
    saved = {}
    weights = {w.untyped_storage().data_ptr() for w in model.parameters()}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            saved[storage.data_ptr()] = storage  # held: no address comes again
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = model.loss(**(data or batch()))['loss']
    assert loss.requires_grad
    return saved


def saved_bytes(model):
    return sum(storage.nbytes() for storage in saved_by(model).values())


def with_cp():
    return build(frozen_stages=1, with_cp=True)


def with_mmengine():
    model = build(frozen_stages=1)
    stages = ['backbone.layer2', 'backbone.layer3', 'backbone.layer4']
    turn_on_activation_checkpointing(model, stages)
    return model


@pytest.mark.parametrize('saving', [with_cp, with_mmengine])
@pytest.mark.filterwarnings('ignore:torch.utils.checkpoint')
def test_activation_checkpointing_saves_memory_and_loses_no_gradient(saving):
    expected = gradients(build(frozen_stages=1))
    assert any(name.startswith('backbone.layer2.0') for name in expected)
    assert_same_gradients(gradients(saving()), expected)
    assert saved_bytes(saving()) < 0.7 * saved_bytes(build(frozen_stages=1))


@pytest.mark.filterwarnings('ignore:torch.utils.checkpoint')
def test_checkpointing_of_the_learning_stage_alone():
    expected = gradients(build())
    model = build()
    turn_on_activation_checkpointing(model, 'backbone.layer4')
    assert_same_gradients(gradients(model), expected)
    assert saved_bytes(model) < saved_bytes(build())


@pytest.mark.parametrize('wrapper_type', WRAPPERS)
def test_accumulated_gradients_are_the_mean(wrapper_type):
    model = build()
    cfg = {'type': wrapper_type, 'accumulative_counts': 2}
    cfg['optimizer'] = {'type': 'SGD', 'lr': 1.0}
    parts = []
    for seed in (1, 2):
        other = copy.deepcopy(model)
        wrapper = build_optim_wrapper(other, {**cfg, 'accumulative_counts': 1})
        with wrapper.optim_context(other):
            loss = other.loss(**batch(seed))['loss']
        loss.backward()  # outside, as in train_step
        parts.append(gradients_of(other))
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    wrapper = build_optim_wrapper(model, cfg)
    model.train_step(batch(1), wrapper)
    for name, weight in model.named_parameters():
        assert torch.equal(weight, before[name]), name  # no update yet
    model.train_step(batch(2), wrapper)
    after = dict(model.named_parameters())
    for name, first in parts[0].items():
        mean = (first + parts[1][name]) / 2
        torch.testing.assert_close(
            before[name] - after[name], mean, rtol=1e-3, atol=1e-6
        )
        assert not torch.allclose(first, parts[1][name], rtol=1e-2, atol=0), name


def frozen_activations(model, data):
    """Storages that conv1 to layer3 write, their last output apart."""
    written, handles = {}, []

    def keep(module, inputs, output):
        storage = output.untyped_storage()
        written[storage.data_ptr()] = storage

    backbone = model.backbone
    stages = [backbone.conv1, backbone.bn1, backbone.maxpool]
    stages += [backbone.layer1, backbone.layer2, backbone.layer3]
    for stage in stages:
        handles += [m.register_forward_hook(keep) for m in stage.modules()]
    last = []
    handles.append(
        backbone.layer3.register_forward_hook(lambda m, i, out: last.append(out))
    )
    saved = saved_by(model, data)
    for handle in handles:
        handle.remove()
    del written[last[0].untyped_storage().data_ptr()]
    assert len(written) > 20
    return written.keys() & saved.keys()


@pytest.mark.parametrize('low', [False, True])
def test_frozen_stages_store_nothing_for_autograd(low):
    with torch.autocast('cpu', torch.bfloat16, enabled=low):
        assert not frozen_activations(build(), batch())
        assert frozen_activations(build(frozen_stages=-1), batch())


def test_frozen_stages_keep_their_batch_norm():
    model = build()
    before = {name: value.clone() for name, value in model.named_buffers()}
    wrapper = build_optim_wrapper(
        model, {'type': 'AutocastOptimWrapper', 'optimizer': {'type': 'Adam'}}
    )
    model.train_step(batch(), wrapper)
    changed = {
        name
        for name, value in model.named_buffers()
        if name.startswith('backbone.') and not torch.equal(value, before[name])
    }
    assert changed
    assert all(name.startswith('backbone.layer4') for name in changed)


def test_compiled_backbone_is_one_graph_and_the_same():
    graphs = []

    def backend(graph, inputs):
        graphs.append(graph)
        return graph.forward

    torch._dynamo.reset()
    model = build(compile_backbone={'backend': backend})
    plain = build()
    assert_same_gradients(gradients(model), gradients(plain))
    assert len(graphs) == 1
    assert model.state_dict().keys() == plain.state_dict().keys()
    assert not frozen_activations(copy.deepcopy(model), batch())  # a copy is eager


def test_compiled_backbone_embeds_chunks_of_any_length():
    torch._dynamo.reset()
    options = {'compile_backbone': {'backend': 'eager'}, 'chunk_size': 3}
    model, plain = build(**options).eval(), build().eval()
    video = torch.randint(0, 256, (8, 3, SIZE, SIZE), dtype=torch.uint8)
    with torch.no_grad():
        torch.testing.assert_close(
            model.spatial_features(video), plain.spatial_features(video)
        )


def test_an_unknown_option_of_the_compiler_is_named():
    with pytest.raises(TypeError, match='bakend'):
        build(compile_backbone={'bakend': 'eager'})
