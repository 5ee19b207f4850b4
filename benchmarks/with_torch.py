"""The works in PyTorch, eager, where it is installed.

pip install torch --index-url https://download.pytorch.org/whl/cpu
"""

import torch
from torch import nn
from works import CNNS, MLPS, data

torch.set_num_threads(1)


def mlp(sizes, bend):
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(n_in, n_out), bend()]
    return nn.Sequential(*layers[:-1])


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 4),
        nn.ReLU(),
        nn.MaxPool2d(3),
        nn.Conv2d(32, 64, 4),
        nn.ReLU(),
        nn.MaxPool2d(3),
        nn.Flatten(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def prepare(work):
    """A function that does the work once."""
    if work not in MLPS and work not in CNNS:
        return None
    x, labels = (torch.from_numpy(array) for array in data(work))
    if work in CNNS:
        x = x.permute(0, 3, 1, 2).contiguous()
        model, batch_size, epochs = cnn(), CNNS[work], 1
    else:
        plan = MLPS[work]
        model = mlp(plan["sizes"], nn.Tanh if work == "W1" else nn.ReLU)
        batch_size, epochs = plan["batch"], plan["epochs"]
    if work == "W1":
        loss_of, optimizer = nn.BCEWithLogitsLoss(), torch.optim.SGD
    else:
        loss_of, optimizer = nn.CrossEntropyLoss(), torch.optim.Adam
    optimizer = optimizer(model.parameters(), lr=0.1 if work == "W1" else 0.001)

    def train():
        for _ in range(epochs):
            for chosen in torch.randperm(len(x)).split(batch_size):
                optimizer.zero_grad()
                loss_of(model(x[chosen]), labels[chosen]).backward()
                optimizer.step()

    return train
