"""Muon for the convolutions' weights: momentum, then the nearest orthogonal matrix as the step.

After Keller Jordan, "Muon: an optimizer for hidden layers" (2024), with the published coefficients.
"""

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 3


def orthogonalise(matrix):
    """Approximate U V^T of matrix = U S V^T by Newton-Schulz iterations.

    Every iterate is a polynomial of the Gram matrix times the first one, so that only the small
    square matrices are iterated, and the long matrix is multiplied twice only.
    """
    a, b, c = COEFFICIENTS
    x = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = x / (x.norm() + 1e-7)
    gram = x @ x.T  # in float32: rounding must not make it indefinite, the iteration would diverge
    factor = identity = torch.eye(len(gram))
    for _ in range(ITERATIONS):
        step = a * identity + b * gram + c * gram @ gram
        gram = step @ gram @ step
        factor = step @ factor
    x = (factor.bfloat16() @ x.bfloat16()).to(matrix.dtype)
    return x if matrix.shape[0] <= matrix.shape[1] else x.T


class Muon(torch.optim.Optimizer):
    """Nesterov momentum with orthogonalised steps.

    `lr` is the step's length as a part of the weight's own: batch normalisation makes a weight's
    length meaningless, so each weight is set back to its first length and needs no decay.
    """

    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                    state["norm"] = weight.norm()
                gradient = weight.grad
                state["momentum"].lerp_(gradient, 1 - group["momentum"])
                step = gradient.lerp(state["momentum"], group["momentum"])
                step = orthogonalise(step.flatten(1)).view_as(weight)
                length = min(weight.flatten(1).shape) ** 0.5  # of an orthogonal matrix
                weight.sub_(step, alpha=float(group["lr"] * state["norm"] / length))
                weight.mul_(state["norm"] / weight.norm())
