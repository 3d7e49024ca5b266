from carl_mm import engine, run_stopped


def test_it_is_a_runtime_error_that_the_hooks_package_names():
    assert issubclass(run_stopped.RunStopped, RuntimeError)
    assert engine.RunStopped is run_stopped.RunStopped
