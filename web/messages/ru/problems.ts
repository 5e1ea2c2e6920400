import type { problems as english } from "../en/problems.ts";

/** Russian: refusals, by the API's code. */
export const problems: Readonly<Record<keyof typeof english, string>> = {
  "problem.unreachable": "Сервер не отвечает. Проверьте связь.",
  "problem.unavailable": "Эта часть биржи сейчас недоступна. Попробуйте чуть позже.",
  "problem.forbidden": "Ваша роль этого не позволяет.",
  "problem.not_found": "Такого нет.",
  "problem.too_many_requests": "Слишком много запросов. Подождите немного.",
  "problem.invalid_credentials": "Неверная почта или пароль.",
  "problem.nobody_to_assign": "Задачу некому отдать: нет ни одного активного сотрудника или бухгалтера.",
  "problem.not_assignee": "Это может сделать только исполнитель.",
  "problem.task_reassigned": "Задача уже у другого исполнителя.",
  "problem.task_not_open": "Задача уже не открыта.",
  "problem.email_taken": "Эта почта уже занята.",
  "problem.day_not_started": "Этот день ещё не начался.",
  "problem.command_slow": "Биржа ещё работает над этим. Всё будет сделано, загляните позже.",
  "problem.not_allowed": "Это могут только автор, менеджер или администратор.",
  "problem.version_conflict": "Задачу тем временем изменили. Откройте её снова, чтобы увидеть изменения.",
  "problem.last_admin": "Это последний активный администратор: кто-то должен остаться.",
  "problem.offline": "Нет сети: сейчас страницу можно только читать.",
  "problem.name_taken": "У вас уже есть вид с таким названием.",
  "problem.too_many_views": "Больше видов сохранить нельзя: сначала удалите один.",
  "problem.receipt_on_its_way": "Квитанция уже в пути.",
  "problem.no_receipt": "Квитанции, которую можно отправить ещё раз, нет.",
  "problem.invalid_csv.empty": "Файл пуст: в нём должны быть заголовок и строки.",
  "problem.invalid_csv.not_utf8": "Строка {line} не в UTF-8: сохраните файл как «CSV UTF-8».",
  "problem.invalid_csv.too_many_rows": "В файле слишком много строк: разделите его на несколько.",
  "problem.invalid_csv.quote_open": "Кавычка, открытая в строке {line}, нигде не закрыта.",
  "problem.invalid_csv.quote_inside":
    "Строка {line}: кавычки стоят вокруг всей ячейки, а каждая кавычка внутри неё удваивается.",
  "problem.invalid_csv.not_csv": "Строку {line} не прочитать как CSV.",
  "problem.body_too_large": "Файл слишком велик: разделите его на несколько.",
};
