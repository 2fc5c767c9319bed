/** Where Python finds the packages of the examples (PYTHONPATH). */
export const PYTHON_PACKAGES: string;
