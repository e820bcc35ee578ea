"""`mynapo-bench chaos`: visits while everything is killed and cut, and power cuts; what was promised has to hold."""
