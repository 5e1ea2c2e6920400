/** IBANs as people write them, with spaces and small letters; what is wrong with one is said in a sentence (PAY-2). */
import {
  electronicFormatIBAN,
  getCountrySpecifications,
  ValidationErrorsIBAN,
  validateIBAN,
} from "ibantools";

export type ReadIban = { readonly iban: string } | { readonly problem: string };

export function readIban(written: string): ReadIban {
  const iban = electronicFormatIBAN(written) ?? "";
  const { valid, errorCodes } = validateIBAN(iban);
  return valid ? { iban } : { problem: problemOf(iban, errorCodes) };
}

function problemOf(iban: string, errors: readonly ValidationErrorsIBAN[]): string {
  const country = iban.slice(0, 2);
  const has = (error: ValidationErrorsIBAN) => errors.includes(error);
  if (iban === "" || has(ValidationErrorsIBAN.NoIBANProvided)) return "expected an IBAN, got nothing";
  if (has(ValidationErrorsIBAN.NoIBANCountry))
    return `expected an IBAN's country first, such as DE or GB, got ${country}`;
  if (has(ValidationErrorsIBAN.WrongBBANLength)) {
    const length = getCountrySpecifications()[country]?.chars ?? 0;
    return `expected ${length} letters and digits for ${country}, got ${iban.length}`;
  }
  if (has(ValidationErrorsIBAN.WrongBBANFormat))
    return `expected an account number as ${country} writes it after the first four characters`;
  return "expected check digits that fit the rest: a character may be mistyped";
}
