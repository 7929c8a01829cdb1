"""Where models come from: Hugging Face, ModelScope, folders of the user's. Each gives ModelCards."""
