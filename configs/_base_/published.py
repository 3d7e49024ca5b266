"""Where the authors' released code departs from their paper, on any data."""

from mmengine.optim import AmpOptimWrapper

supervised_weights = dict(type='Pretrained', checkpoint='torchvision://resnet50')
published_blur = dict(blur_in_jitter=True, blur_count=4)
float16 = dict(type=AmpOptimWrapper, loss_scale='dynamic')  # needs a GPU
