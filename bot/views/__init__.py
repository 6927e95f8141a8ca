"""What people see: values in, Block Kit out, nothing awaited."""
