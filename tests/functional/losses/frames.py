"""What every loss of frames must do."""

import torch


def padding_changes_nothing(loss, embeddings, valid):
    """Compare value and gradients with NaN, 0 and much in the padded places."""
    results: list = []
    for filling in (float('nan'), 0.0, 1e4):
        leaf = embeddings.masked_fill(~valid.unsqueeze(-1), filling)
        leaf.requires_grad_(True)
        value = loss(leaf)
        value.backward()
        results.append((value.detach(), leaf.grad))
    for value, grad in results:
        assert torch.equal(value, results[0][0])
        assert torch.equal(grad, results[0][1])
        assert grad.isfinite().all()
        assert not grad[~valid].any()
        assert grad[valid].any()


def twenty_steps_lower(loss, *leaves, rate=0.05, share=0.7):
    """Twenty steps of Adam on the leaves take off at least 1 - share of the loss."""
    leaves = [leaf.detach().clone().requires_grad_(True) for leaf in leaves]
    optimizer = torch.optim.Adam(leaves, lr=rate)
    values = []
    for _ in range(20):
        value = loss(*leaves)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        values.append(value.item())
    assert values[-1] < values[0] - (1 - share) * abs(values[0])
