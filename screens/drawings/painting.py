"""Paints tessellated shapes as Kivy meshes: one mesh a layer, coloured by a palette texture."""

from collections.abc import Sequence
from functools import cache

from kivy.graphics import Mesh
from kivy.graphics.texture import Texture

from screens.drawings.tessellation import Triangles

Placement = tuple[float, float, float]
"""Kivy x of the left edge, Kivy y of the TOP edge, pixels per unit."""


@cache
def palette(colours: tuple[str, ...]) -> Texture:
    """One column a colour; the lower row transparent, the upper row opaque, blended in between."""
    rgb = [bytes.fromhex(colour.removeprefix("#")) for colour in colours]
    pixels = b"".join(c + b"\x00" for c in rgb) + b"".join(c + b"\xff" for c in rgb)
    texture = Texture.create(size=(len(colours), 2), colorfmt="rgba", mipmap=False)
    texture.min_filter = texture.mag_filter = "linear"
    texture.wrap = "clamp_to_edge"

    def fill(target: Texture) -> None:
        target.blit_buffer(pixels, colorfmt="rgba", bufferfmt="ubyte")

    fill(texture)
    texture.add_reload_observer(fill)
    return texture


def colours_of(layers: Sequence[Triangles]) -> tuple[str, ...]:
    return tuple(sorted({corner.colour for layer in layers for corner in layer.corners}))


def vertices(layer: Triangles, colours: Sequence[str], at: Placement) -> list[float]:
    """x, y, u, v of every corner, ready for a mesh; edges stay one pixel soft whatever the scale."""
    left, top, scale = at
    column = {colour: (i + 0.5) / len(colours) for i, colour in enumerate(colours)}
    values: list[float] = []
    for corner in layer.corners:
        values += (
            left + corner.x * scale + corner.push_x * 0.5,
            top - corner.y * scale - corner.push_y * 0.5,
            column[corner.colour],
            0.75 if corner.covered else 0.25,
        )
    return values


def mesh(layer: Triangles, colours: tuple[str, ...], at: Placement) -> Mesh:
    return Mesh(
        vertices=vertices(layer, colours, at),
        indices=list(layer.indices),
        mode="triangles",
        texture=palette(colours),
    )
