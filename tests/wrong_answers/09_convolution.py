"""What readers of chapter 9 answer, and what they must be told."""

SLIDE = """def slide(image, kernel):
    h, w = kernel.shape
    z = np.zeros((image.shape[0] - h + {}, image.shape[1] - w + {}))
    for r, c in np.ndindex(z.shape):
        z[r, c] = (image[r : r + h, c : c + w] * kernel{}).{}()
    return z
"""
BACK = """def back_to_pixels(d_z, kernel, stride):
    (rows, columns), (h, w) = d_z.shape, kernel.shape
    d_x = np.zeros(({}))
    for r, c in np.ndindex(d_z.shape):
        top, left = r * stride, c * stride
        d_x[top : top + h, left : left + w] += d_z[r, c] * kernel{}
    return d_x
"""
SIZE = "(rows - 1) * stride + h, (columns - 1) * stride + w"
FIELD = """def field(layers):
    pixels, apart = 1, 1
    for window, stride in layers:
        pixels {}
        apart {}
    return pixels
"""
HEIGHTS = "heights = [60, 30, 15, 3]\nn_parameters = "

# checker -> [(a wrong answer, what the reader must be told)]
WRONG = {
    "check_slide": [
        (SLIDE.format(0, 0, "", "sum"), "how many places are there"),
        (SLIDE.format(1, 1, "[::-1, ::-1]", "sum"), "turned the kernel around"),
        (SLIDE.format(1, 1, "", "mean"), "took the mean"),
        (SLIDE.format(1, 1, "**2", "sum"), "At row 0, column 0 the sum is"),
        ("def slide(image, kernel):\n    return image", "give \\(4, 5\\)"),
    ],
    "check_move": [
        ("move = [[0, 0, 0], [0, 0, 1], [0, 0, 0]]", "moves to the left"),
        ("move = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]", "stays where it is"),
        ("move = [[0, 1, 0], [0, 0, 0], [0, 0, 0]]", "moves 1 up or down"),
        ("move = [[0, 0, 0], [1, 0, -1], [0, 0, 0]]", "becomes 2 pixels"),
        ("move = [1, 0, 0]", "has nine weights"),
    ],
    "check_count": [
        (HEIGHTS + "1200 + 4608", "biases are missing"),
        (HEIGHTS + "400 + 288 + 48", "table for each channel"),
        (HEIGHTS + "1200 + 288 + 48", "16 channels come into"),
        (HEIGHTS + "400 + 4608 + 48", "three colours"),
        (HEIGHTS + "12", "first convolution alone has 1,216"),
        ("heights = [64, 32, 16, 4]\nn_parameters = 5856", "layer 1 .* 4 places fewer"),
        ("heights = [60, 59, 30, 7]\nn_parameters = 5856", "layer 2 .* side by side"),
        ("heights = [60, 30, 14, 3]\nn_parameters = 5856", "layer 3 .* round down"),
        ("heights = [60, 30, 15, 4]\nn_parameters = 5856", "layer 4 .* dropped"),
        ("heights = [60, 30, 15.5, 3]\nn_parameters = 5856", "round down"),
        ("heights = [60, 30, 15]\nn_parameters = 5856", "four layers"),
    ],
    "check_field": [
        (FIELD.format("+= (window - 1) * apart", "*= 1"), "left out the strides"),
        (FIELD.format("+= (window - 1) * apart", "= stride"), "strides multiply"),
        (FIELD.format("*= window", "*= 1"), "overlap"),
        (FIELD.format("+= window * apart", "*= stride"), "single window of 5"),
    ],
    "check_back": [
        (BACK.format(SIZE, "[::-1, ::-1]"), "nothing is turned around"),
        (BACK.format("rows * stride + h, columns * stride + w", ""), "had the shape"),
        (BACK.format(SIZE, " / 2"), "How many windows see it"),
    ],
}
