"""Schedules: functions of the number of steps, for learning rates. The number may be traced."""

import math

import numpy as np


def constant_schedule(value):
    """The same number always."""
    return lambda count: value


def polynomial_schedule(init_value, end_value, power, transition_steps, transition_begin=0):
    """From one number to another in so many steps: (1 - fraction)**power of the way is left.

    >>> f = polynomial_schedule(1.0, 0.0, 1, 10)
    >>> float(f(5)), float(f(20))
    (0.5, 0.0)
    """

    def schedule(count):
        if transition_steps <= 0:
            return init_value
        done = np.clip(np.subtract(count, transition_begin), 0, transition_steps)
        left = np.subtract(1.0, np.divide(done, float(transition_steps)))
        return np.add(np.multiply(init_value - end_value, np.power(left, power)), end_value)

    return schedule


def linear_schedule(init_value, end_value, transition_steps, transition_begin=0):
    """From one number to another along a line."""
    return polynomial_schedule(init_value, end_value, 1, transition_steps, transition_begin)


def exponential_decay(init_value, transition_steps, decay_rate, transition_begin=0, staircase=False, end_value=None):
    """init_value decay_rate**(count / transition_steps), in steps if `staircase`, never beyond `end_value`."""

    def schedule(count):
        late = np.subtract(count, transition_begin)
        p = np.divide(np.maximum(late, 0), float(transition_steps))
        out = np.multiply(init_value, np.power(float(decay_rate), np.floor(p) if staircase else p))
        if end_value is not None:
            out = np.maximum(out, end_value) if decay_rate < 1 else np.minimum(out, end_value)
        return out

    return schedule


def cosine_decay_schedule(init_value, decay_steps, alpha=0.0, exponent=1.0):
    """From init_value to alpha times it along half a cosine.

    >>> f = cosine_decay_schedule(2.0, 10)
    >>> round(float(f(5)), 6)
    1.0
    """

    def schedule(count):
        done = np.divide(np.minimum(count, decay_steps), float(decay_steps))
        cosine = np.multiply(0.5, np.add(1.0, np.cos(np.multiply(math.pi, done))))
        return np.multiply(init_value, np.add(np.multiply(1.0 - alpha, np.power(cosine, exponent)), alpha))

    return schedule


def piecewise_constant_schedule(init_value, boundaries_and_scales=None):
    """A number that is multiplied by a scale when a boundary is passed: {boundary: scale}."""
    steps = sorted((boundaries_and_scales or {}).items())

    def schedule(count):
        out = init_value
        for boundary, factor in steps:
            out = np.multiply(out, np.where(np.greater(count, boundary), factor, 1.0))
        return out

    return schedule


def join_schedules(schedules, boundaries):
    """One schedule after the other, each counting from its boundary."""

    def schedule(count):
        out = schedules[0](count)
        for boundary, f in zip(boundaries, schedules[1:], strict=True):
            out = np.where(np.less(count, boundary), out, f(np.subtract(count, boundary)))
        return out

    return schedule


def warmup_cosine_decay_schedule(init_value, peak_value, warmup_steps, decay_steps, end_value=0.0, exponent=1.0):
    """Along a line to the peak, then along half a cosine to the end; `decay_steps` counts both."""
    alpha = 0.0 if peak_value == 0 else end_value / peak_value
    rise = linear_schedule(init_value, peak_value, warmup_steps)
    fall = cosine_decay_schedule(peak_value, decay_steps - warmup_steps, alpha, exponent)
    return join_schedules([rise, fall], [warmup_steps])
