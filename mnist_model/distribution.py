"""Training on several devices at once, of one host or of several: each learns from its share of every batch.

All make the same step, by the mean of their gradients; where the shares are of one size, it is the step of one device.
tf.distribute does that; two functions of Keras 3.15 are replaced for it.
"""

import tensorflow as tf
from keras import tree
from keras.src.backend.tensorflow import trainer

# A share must not be empty, and is a batch over the number of devices, rounded up. The smallest of `train.py`'s batches
# has the last 8 of 5,000 validation digits, which Keras takes 32 at a time: 2, 2, 2, 2 and 0 for five devices.
NUMBERS = (1, 2, 4, 8)


def strategy() -> tf.distribute.Strategy:
    """Return that in whose scope to train: on the hosts in TF_CONFIG, or else on as many devices of this one as can be.

    Devices are GPUs, or processors where there is no GPU. With one, it is TensorFlow's default, which changes nothing.
    Several hosts wait here for each other, and must do so before TensorFlow computes anything. Raises ValueError if
    they have a number of devices that is not in NUMBERS.
    """
    hosts = tf.distribute.cluster_resolver.TFConfigClusterResolver().cluster_spec().as_dict()
    if sum(map(len, hosts.values())) > 1:
        chosen = tf.distribute.MultiWorkerMirroredStrategy()
        if chosen.num_replicas_in_sync not in NUMBERS:
            raise ValueError(f"these hosts have {chosen.num_replicas_in_sync} devices together, not one of {NUMBERS}")
    else:
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        number = max(number for number in NUMBERS if number <= len(devices))
        if number == 1:
            return tf.distribute.get_strategy()
        chosen = tf.distribute.MirroredStrategy([device.name for device in devices[:number]])
    trainer.TensorFlowTrainer._maybe_symbolic_build = build_from_a_share
    trainer.reduce_per_replica = mean_of_numbers
    print(f"Training on {chosen.num_replicas_in_sync} devices")
    return chosen


def steps_at_once(steps: int) -> int:
    """Return how many steps to take in one call of TensorFlow's: Keras's loop over them fails on several devices."""
    return steps if tf.distribute.get_strategy().num_replicas_in_sync == 1 else 1


build, reduce = trainer.TensorFlowTrainer._maybe_symbolic_build, trainer.reduce_per_replica


def build_from_a_share(model, iterator=None, data_batch=None) -> None:
    """Keras adds up the shares of a batch to see its shape: not those of 63 and 62 digits, nor another host's."""
    if iterator is not None:
        _, _, batches = next(iter(iterator))
        local = model.distribute_strategy.experimental_local_results
        data_batch = tree.map_structure(lambda shares: local(shares)[0], next(batches))
    build(model, data_batch=data_batch)


def mean_of_numbers(values, strategy, reduction: str):
    """Of several hosts' losses, which are numbers, Keras takes the mean along an axis (keras-team/keras#20585)."""
    if reduction == "auto":
        return tree.map_structure(lambda value: strategy.reduce("MEAN", value, axis=None), values)
    return reduce(values, strategy, reduction)
