package dm
