# Takes the place of PyInstaller's own hook, which brings all of torch: only the process that fine-tunes uses it, and what
# that imports by names made up as it runs is found by letting torch take a step here.
import re
import subprocess
import sys
from pathlib import Path

from PyInstaller.utils.hooks import collect_dynamic_libs, get_module_file_attribute

A_STEP = """
import sys, torch
weight = torch.ones(1, requires_grad=True)
optimiser = torch.optim.Adam([weight])
(weight * 2).sum().backward()
optimiser.step()
print(*(name for name in sys.modules if name.partition(".")[0] == "torch"), sep="\\n")
"""
TESTED = re.compile(r"libtorchbind_test|libaoti_custom_ops|libbackend_with_compiler|libjitbackend_test")

module_collection_mode = "pyz+py"  # it reads its own source
warn_on_missing_hiddenimports = False
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
hiddenimports = subprocess.run(
    [sys.executable, "-c", A_STEP], capture_output=True, text=True, check=True
).stdout.split()
binaries = [
    (source, target)
    for source, target in collect_dynamic_libs("torch", search_patterns=["*.dll", "*.dylib", "lib*.so", "*.so.*"])
    if Path(target).parts[:2] == ("torch", "lib") and not TESTED.search(source)
]
manager = Path(get_module_file_attribute("torch")).with_name("bin") / "torch_shm_manager"  # it is looked for at import
datas = [(str(manager), "torch/bin")] if manager.is_file() else []
excludedimports = [
    "torch.test",
    "torch.utils.tensorboard",
    "torch.utils.benchmark",
    "triton",
    "numba",
    "tensorboard",
    "expecttest",
    "torchvision",
    "matplotlib",
    "IPython",
    "pytest",
    "hypothesis",
    "setuptools",
]
