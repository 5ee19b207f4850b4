"""The companion package of the book *Neural Networks, Tested*.

Read top to bottom it is a second, shorter book: one idea a file, in plain NumPy.
Nothing is re-exported here, so every import in a chapter names the file to open.

===================  ==========================================================
chapter              modules
===================  ==========================================================
1 Neurons            `neuron`, `activations`, `datasets`
2 Networks           `layers`, `model`, `datasets`
3 Activations        `activations`, `layers`, `initializers`
4 Losses              `losses`, `optimizers`, `gradcheck`, `softmax`
5 Backpropagation    `layers`, `model`, `gradcheck`, `autodiff`
6 Training           `model`, `optimizers`, `initializers`, `normalization`
7 Softmax            `softmax`, `losses`, `metrics`
8 Stability          `softmax`, `losses`, `activations`
9 Convolution        `convolution`, `layers`, `model`, `datasets`
10 Embeddings        `embedding`, `layers`, `model`, `datasets`
11 Sequences         `sequences`, `layers`, `normalization`, `embedding`
12 Model evaluation  `metrics`, `model_selection`, `datasets`
13 Regularization    `regularization`, `layers`, `optimizers`, `model_selection`
14 In practice       `datasets`, `model`, `regularization`, `metrics`
15 Bug gallery       `layers`, `model`, `gradcheck`, `datasets`
===================  ==========================================================

All chapters use `plots` (figures), `widgets` (the living pictures), `claims` and
`exercises` (what is proved and what you try); `checks` says what is wrong with a
bad input.
"""

__version__ = "0.1.0"
