"""Rules compiled to DuckDB SQL over whole numbers: a million cases at once, equal to the interpreter to the fen."""
