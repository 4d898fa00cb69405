"""Matrix products in half precision, forwards and backwards: twice as fast on a CPU that has such instructions."""

from __future__ import annotations

import jax
import jax.numpy as jnp


@jax.custom_vjp  # type: ignore[untyped-decorator]  # JAX is not installed where types are checked
def product(rows: jax.Array, matrix: jax.Array) -> jax.Array:
    """Return *rows* times *matrix*, multiplied in bfloat16 and summed in single precision.

    (batch, position, width) and (width, output) give (batch, position, output).
    """
    return _halved("bth,hf->btf", rows, matrix)


def _forward(rows: jax.Array, matrix: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return product(rows, matrix), (rows, matrix)


def _backward(saved: tuple[jax.Array, jax.Array], gradient: jax.Array) -> tuple[jax.Array, jax.Array]:
    rows, matrix = saved
    return _halved("btf,fh->bth", gradient, matrix.T), _halved("bth,btf->hf", rows, gradient)


product.defvjp(_forward, _backward)


def _halved(equation: str, left: jax.Array, right: jax.Array) -> jax.Array:
    halves = left.astype(jnp.bfloat16), right.astype(jnp.bfloat16)
    return jnp.einsum(equation, *halves, preferred_element_type=jnp.float32)
